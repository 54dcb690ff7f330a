"""What somebody wants of a sync: ticks, bringing in, ending, asking again, and every week."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.waiting import somebody_waits_for_a_lock, wait_until
from tests.webapp.museums.makers import admin, find, make_sync
from webapp.ingest.models import Batch
from webapp.museums import actions
from webapp.museums.actions import SyncStateError
from webapp.museums.models import Finding, Question, Sync

pytestmark = pytest.mark.django_db
State = Sync.State


@pytest.fixture(autouse=True)
def _contact(settings: Settings) -> None:
    settings.SOURCES_CONTACT = "curator@gallery.example"


@pytest.fixture
def ada(db: None) -> Client:
    return admin()


def chosen(sync: Sync) -> set[str]:
    return set(sync.findings.filter(chosen=True).values_list("key", flat=True))


def test_ticks_are_kept_of_the_works_that_were_shown_and_of_no_others(ada: Client) -> None:
    sync = make_sync()
    first, second, _elsewhere = [find(sync, number) for number in (1, 2, 3)]
    form = {"shown": [first.pk, second.pk], "chosen": [second.pk]}

    answer = ada.post(
        f"{sync.get_absolute_url()}choose/", form, headers={"Accept": "application/json"}
    )

    assert answer.json() == {"ticked": 2}
    assert chosen(sync) == {"met:2", "met:3"}


def test_ticks_of_another_sync_are_left_alone(ada: Client) -> None:
    sync, other = make_sync(), make_sync(query="other")
    theirs = find(other, 1)

    ada.post(f"{sync.get_absolute_url()}choose/", {"shown": [theirs.pk], "chosen": []})

    assert chosen(other) == {"met:1"}


def test_a_whole_wall_is_ticked_or_cleared(ada: Client) -> None:
    sync = make_sync()
    find(sync, 1)
    find(sync, 2, "gone", chosen=False)

    answer = ada.post(f"{sync.get_absolute_url()}choose/", {"wall": "gone:all", "show": "gone"})
    ada.post(f"{sync.get_absolute_url()}choose/", {"wall": "new:none"})

    assert answer.headers["Location"].endswith("?show=gone")
    assert chosen(sync) == {"met:2"}


def test_bringing_in_keeps_the_ticks_of_the_page_and_leaves_the_rest_to_a_worker(
    ada: Client,
) -> None:
    sync = make_sync()
    first, second = find(sync, 1), find(sync, 2)
    form = {"shown": [first.pk, second.pk], "chosen": [first.pk], "held": "yes"}

    ada.post(f"{sync.get_absolute_url()}bring/", form)

    sync.refresh_from_db()
    assert (sync.state, sync.held) == (State.BRINGING, True)
    assert sync.brought_by is not None
    assert chosen(sync) == {"met:1"}
    assert not Batch.objects.exists()


def test_nothing_ticked_brings_nothing_in(ada: Client) -> None:
    sync = make_sync()
    only = find(sync, 1)

    page = ada.post(f"{sync.get_absolute_url()}bring/", {"shown": [only.pk]}, follow=True)

    assert "tick at least one work" in page.content.decode()
    sync.refresh_from_db()
    assert sync.state == State.READY


@pytest.mark.parametrize("state", [State.READING, State.BRINGING, State.DONE, State.CANCELLED])
def test_what_waits_for_nobody_takes_no_ticks(ada: Client, state: str) -> None:
    sync = make_sync(state=state)
    only = find(sync, 1)

    page = ada.post(f"{sync.get_absolute_url()}bring/", {"shown": [only.pk]}, follow=True)

    assert "Nothing can be chosen here any more." in page.content.decode()
    sync.refresh_from_db()
    assert (sync.state, chosen(sync)) == (state, {"met:1"})


def test_a_sync_is_ended_once(ada: Client) -> None:
    sync = make_sync(state=State.READING)

    ada.post(f"{sync.get_absolute_url()}cancel/")
    again = ada.post(f"{sync.get_absolute_url()}cancel/", follow=True)

    sync.refresh_from_db()
    assert sync.state == State.CANCELLED
    assert "it is cancelled" in again.content.decode()


def test_reading_on_is_offered_only_where_the_museum_broke_off(ada: Client) -> None:
    whole = make_sync()
    broken = make_sync(query="other", whole=False, reason="The museum went away.")
    unread = find(broken, 1, "skipped", reason="It broke off.")
    Finding.objects.filter(pk=unread.pk).update(
        record={**(unread.record or {}), "error": "It broke off."}
    )

    ada.post(f"{broken.get_absolute_url()}resume/")

    broken.refresh_from_db()
    assert broken.state == State.READING
    assert not broken.findings.exists()
    with pytest.raises(SyncStateError, match="nothing to go on with"):
        actions.go_on(whole)


def test_asking_again_makes_a_new_sync_and_ends_the_one_that_nobody_looked_at(
    ada: Client,
) -> None:
    sync = make_sync()

    answer = ada.post(f"/upload/museums/questions/{sync.question_id}/ask/")

    sync.refresh_from_db()
    new = Sync.objects.latest("pk")
    assert answer.headers["Location"] == new.get_absolute_url()
    assert (sync.state, sync.reason) == (State.CANCELLED, "It was asked again.")


def test_what_is_being_asked_is_not_asked_beside_itself(ada: Client) -> None:
    sync = make_sync(state=State.READING)

    answer = ada.post(f"/upload/museums/questions/{sync.question_id}/ask/")

    assert answer.headers["Location"] == sync.get_absolute_url()
    assert Sync.objects.count() == 1


def test_a_question_is_asked_every_week_if_somebody_wants_it(ada: Client) -> None:
    sync = make_sync(state=State.DONE)
    never = make_sync(query="other", state=State.DONE)
    path = f"/upload/museums/questions/{sync.question_id}/weekly/"
    ada.post(path, {"weekly": "yes"})
    early = actions.ask_weekly()
    Sync.objects.update(created=timezone.now() - timedelta(days=8))

    due, again = actions.ask_weekly(), actions.ask_weekly()

    assert (early, due, again) == (0, 1, 0)
    asked = Sync.objects.latest("pk")
    assert (asked.question, asked.asked_by, asked.state) == (sync.question, None, State.READING)
    assert never.question.syncs.count() == 1
    ada.post(path, {"weekly": "no"})
    assert not Question.objects.filter(weekly=True).exists()


def test_new_files_of_the_same_question_take_the_place_of_the_old(
    django_capture_on_commit_callbacks: object,
) -> None:
    first = {"MetObjects.csv": ContentFile(b"1")}
    second = {"MetObjects.csv": ContentFile(b"2")}

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.ask(source="met", user=None, most=5, files=first)
        old = Question.objects.get().files["MetObjects.csv"]
        actions.ask(source="met", user=None, most=5, files=second)

    question = Question.objects.get()
    assert not storages["originals"].exists(old)
    with storages["originals"].open(question.files["MetObjects.csv"]) as stream:
        assert stream.read() == b"2"


def test_a_question_of_the_same_words_asks_what_is_asked_last(ada: Client) -> None:
    ada.post("/upload/museums/met/", {"way": "search", "search-text": "436535", "most": "5"})
    ada.post("/upload/museums/met/", {"way": "ids", "ids-text": "436535", "most": "5"})

    question = Question.objects.get()
    assert (question.ids, question.query) == (["436535"], "")


@pytest.mark.django_db(transaction=True)
def test_the_same_asked_at_the_same_moment_is_one_question_asked_last() -> None:
    asked: list[Sync] = []

    def ask() -> None:
        asked.append(actions.ask(source="met", user=None, most=10, query="ridges"))
        connection.close()

    other = threading.Thread(target=ask)
    with transaction.atomic():
        first = actions.ask(source="met", user=None, most=10, query="ridges")
        other.start()
        wait_until(somebody_waits_for_a_lock, what="the other question waits")
    other.join()

    first.refresh_from_db()
    assert (first.state, asked[0].state) == (State.CANCELLED, State.READING)
    assert asked[0].question == first.question
