"""The quiz over HTTP, without any script."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from artrec.online.quiz_questions import LEAST, SIZE
from tests.webapp.makers import make_artwork
from tests.webapp.quiz.halls import Hall, choose, question, shown
from webapp.accounts.models import User
from webapp.feed.models import Event, Visitor
from webapp.mine.models import Choices
from webapp.quiz import pool
from webapp.quiz.models import Answer, Quiz

pytestmark = pytest.mark.django_db


def test_who_only_looks_at_the_quiz_leaves_nothing_behind(client: Client, hall: Hall) -> None:
    html = client.get("/quiz/").content.decode()

    assert len(shown(html)) == SIZE
    assert not Visitor.objects.exists()
    assert not Quiz.objects.exists()


def test_the_first_question_shows_works_of_different_kinds(client: Client, hall: Hall) -> None:
    html = client.get("/quiz/").content.decode()

    assert len({hall.kind_of[pk] for pk in shown(html)}) >= 3


def test_a_quiz_taken_to_its_end_fills_for_you(client: Client, hall: Hall) -> None:
    before = client.get("/for-you/").content.decode()
    page = ""
    while 'id="quiz"' in page or not page:
        page = choose(client, hall, "Waves")

    after = client.get("/for-you/").content.decode()
    assert 'href="/quiz/"' in before
    assert "You lean to" in page
    assert re.search(r'class="leaning">\s*Waves', page)
    assert "Because you chose" in after
    listed = [int(pk) for pk in re.findall(r'data-work="(\d+)"', after)]
    # The page varies what it shows, so others stand among them, but they come first.
    waves = [place for place, pk in enumerate(listed) if hall.kind_of[pk] == "Waves"]
    assert sum(waves) / len(waves) < 0.4 * len(listed)
    chosen = Event.objects.filter(kind="choice").values_list("artwork_id", flat=True)
    assert not set(chosen) & set(listed)
    assert not Event.objects.exclude(kind="choice").exists()


def test_a_quiz_goes_on_where_it_was_left(client: Client, hall: Hall) -> None:
    choose(client, hall, "Grids")
    once = client.get("/quiz/").content.decode()
    again = client.get("/quiz/").content.decode()

    assert "2 of at most 10" in once
    assert shown(once) == shown(again)
    assert "Chosen so far" in once


def test_no_work_is_asked_about_twice_nor_one_that_is_liked(client: Client, hall: Hall) -> None:
    liked = hall.works[0]
    client.post(f"/works/{liked.pk}/like/")
    seen: list[int] = []
    for _ in range(LEAST):
        seen += shown(client.get("/quiz/").content.decode())
        choose(client, hall, "Faces")

    assert len(seen) == len(set(seen)) == LEAST * SIZE
    assert liked.pk not in seen


def test_an_answer_sent_twice_counts_once(client: Client, hall: Hall) -> None:
    html = client.get("/quiz/").content.decode()
    answer = {"question": question(html), "choice": shown(html)[0]}

    client.post("/quiz/answer/", answer)
    client.post("/quiz/answer/", answer)

    assert Answer.objects.count() == 1
    assert Event.objects.filter(kind="choice").count() == 1


@pytest.mark.parametrize(
    "change",
    [{"choice": "999999"}, {"choice": ""}, {"question": "made:up"}, {"question": ""}],
)
def test_what_was_not_asked_is_no_answer(
    client: Client, hall: Hall, change: dict[str, str]
) -> None:
    html = client.get("/quiz/").content.decode()
    answer = {"question": question(html), "choice": shown(html)[0]} | change

    response = client.post("/quiz/answer/", answer)

    assert response.status_code == 302
    assert not Visitor.objects.exists()


def test_back_asks_the_same_again_and_forgets_the_choice(client: Client, hall: Hall) -> None:
    choose(client, hall, "Ridges")
    before = shown(client.get("/quiz/").content.decode())
    choose(client, hall, "Ridges")

    page = client.post("/quiz/answer/", {"do": "back"}, follow=True).content.decode()

    assert "2 of at most 10" in page
    assert shown(page) == before
    assert Event.objects.filter(kind="choice", undone=None).count() <= 1


def test_a_quiz_can_be_ended_early_and_changed_afterwards(client: Client, hall: Hall) -> None:
    choose(client, hall, "Ridges")

    page = client.post("/quiz/answer/", {"do": "finish"}, follow=True).content.decode()
    changed = client.post("/quiz/answer/", {"do": "back"}, follow=True).content.decode()

    assert "What you chose" in page
    assert "1 of at most 10" in changed


def test_none_of_these_to_the_end_is_answered_kindly(client: Client, hall: Hall) -> None:
    page = ""
    while 'id="quiz"' in page or not page:
        page = choose(client, hall, None)

    assert "Nothing here was for you" in page
    assert not Event.objects.exists()
    assert client.get("/for-you/").status_code == 200


def test_a_quiz_taken_again_replaces_the_former(client: Client, hall: Hall) -> None:
    choose(client, hall, "Ridges")
    client.post("/quiz/answer/", {"do": "finish"})

    page = client.post("/quiz/answer/", {"do": "again"}, follow=True).content.decode()

    assert "1 of at most 10" in page
    assert not Event.objects.filter(kind="choice", undone=None).exists()
    assert Quiz.objects.count() == 2


def test_a_choice_is_taken_back_and_given_again(client: Client, hall: Hall) -> None:
    html = client.get("/quiz/").content.decode()
    chosen = shown(html)[1]
    client.post("/quiz/answer/", {"question": question(html), "choice": chosen})
    client.post("/quiz/answer/", {"do": "finish"})

    page = client.post(f"/quiz/choices/{chosen}/take-back/", follow=True).content.decode()
    gone = Event.objects.get().undone
    said = client.post(
        f"/quiz/choices/{chosen}/restore/", headers={"accept": "application/json"}
    ).json()

    assert f'formaction="/quiz/choices/{chosen}/restore/"' in page
    assert "What you chose" not in page
    assert gone is not None
    assert Event.objects.get().undone is None
    assert said["undo"] == f"/quiz/choices/{chosen}/take-back/"


def test_signing_in_keeps_the_quiz(client: Client, hall: Hall) -> None:
    User.objects.create_user("vera", password="a long password")
    choose(client, hall, "Waves")

    client.post("/sign-in/", {"username": "vera", "password": "a long password"})

    assert "2 of at most 10" in client.get("/quiz/").content.decode()
    visitor = Visitor.objects.get(user__username="vera")
    assert Quiz.objects.get().visitor == visitor
    assert Event.objects.filter(kind="choice").count() == visitor.events.count()


def test_pages_cost_the_same_however_much_was_answered(
    client: Client, hall: Hall, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/quiz/")  # makes the pool
    choose(client, hall, "Waves")
    with django_assert_max_num_queries(9):
        client.get("/quiz/")
    for _ in range(3):
        choose(client, hall, "Waves")
    with django_assert_max_num_queries(9):
        client.get("/quiz/")
    client.post("/quiz/answer/", {"do": "finish"})
    with django_assert_max_num_queries(26):
        client.get("/quiz/result/")


def test_an_empty_collection_offers_browsing(client: Client) -> None:
    cache.clear()
    pool.forget()
    make_artwork()

    html = client.get("/quiz/").content.decode()

    assert "too few works" in html
    assert reverse("browse") in html


def test_a_script_that_follows_its_answer_to_the_result_is_sent_no_page(
    client: Client, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown_lists: list[object] = []
    monkeypatch.setattr(
        "webapp.quiz.views.impressions.record", lambda *_given, **more: shown_lists.append(more)
    )
    choose(client, hall, "Waves")
    client.post("/quiz/answer/", {"do": "finish"})

    followed = client.get("/quiz/result/", headers={"x-requested-with": "quiz.js"})
    opened = client.get("/quiz/result/")

    assert followed.content == b""
    assert b"What you chose" in opened.content
    assert len(shown_lists) == 1


def test_the_result_of_no_quiz_is_the_quiz(client: Client, hall: Hall) -> None:
    assert client.get("/quiz/result/").headers["Location"] == "/quiz/"


def test_who_wants_no_recommendations_is_told_what_choices_do_not_do(
    client: Client, hall: Hall
) -> None:
    choose(client, hall, "Waves")
    Choices.objects.create(visitor=Visitor.objects.get(), impersonal=True)

    assert "no personal recommendations" in client.get("/quiz/").content.decode()


@pytest.mark.parametrize("path", ["/quiz/answer/", "/quiz/choices/1/take-back/"])
def test_nothing_is_done_by_looking(client: Client, path: str) -> None:
    assert client.get(path).status_code == 405
