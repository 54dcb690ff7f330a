"""Pages of museums: who may see them, what they ask, and what they show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.timezone import localtime
from pytest_django import DjangoAssertNumQueries, Settings

from tests.webapp.makers import make_artwork
from tests.webapp.museums.makers import admin, find, make_sync
from webapp.accounts.models import User
from webapp.museums.models import Question, Sync

pytestmark = pytest.mark.django_db

ROOT = "/upload/museums/"
READ = [ROOT, f"{ROOT}met/", f"{ROOT}syncs/1/", f"{ROOT}syncs/1/status/", f"{ROOT}previews/1.webp"]
ACT = [
    *(f"{ROOT}syncs/1/{act}/" for act in ("choose", "bring", "cancel", "resume")),
    *(f"{ROOT}questions/1/{act}/" for act in ("ask", "weekly")),
]


@pytest.fixture(autouse=True)
def _contact(settings: Settings) -> None:
    settings.SOURCES_CONTACT = "curator@gallery.example"


@pytest.fixture
def ada(db: None) -> Client:
    return admin()


@pytest.mark.parametrize("path", [*READ, *ACT])
def test_strangers_are_asked_to_sign_in_and_visitors_kept_out(client: Client, path: str) -> None:
    stranger = client.post(path) if path in ACT else client.get(path)
    client.force_login(User.objects.create_user("vera"))
    visitor = client.post(path) if path in ACT else client.get(path)

    assert stranger.status_code == 302
    assert stranger.headers["Location"].startswith("/sign-in/?next=/upload/museums/")
    assert visitor.status_code == 403


@pytest.mark.parametrize("path", [*READ[2:], *ACT, f"{ROOT}louvre/"])
def test_what_is_not_there_is_not_found(ada: Client, path: str) -> None:
    answer = ada.post(path) if path in ACT else ada.get(path)

    assert answer.status_code == 404


def test_acts_are_not_done_by_following_a_link(ada: Client) -> None:
    assert {ada.get(path).status_code for path in ACT} == {405}


def test_a_question_without_the_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = admin().cookies

    answer = strict.post(f"{ROOT}met/", {"way": "search", "search-text": "x", "most": 5})

    assert answer.status_code == 403
    assert not Sync.objects.exists()


def test_all_museums_are_shown_with_what_may_be_taken(ada: Client, settings: Settings) -> None:
    page = ada.get(ROOT).content.decode()
    settings.SOURCES_CONTACT = ""
    silent = ada.get(ROOT).content.decode()

    for name in ("met", "artic", "nga", "rijks", "wikidata", "iiif"):
        assert f'href="{ROOT}{name}/"' in page
    assert "Public Domain Mark" in page
    assert "ARTREC_CONTACT" not in page
    assert "ARTREC_CONTACT" in silent


@pytest.mark.parametrize("name", ["met", "artic", "nga", "rijks", "wikidata", "iiif"])
def test_each_museum_offers_its_own_ways_of_asking(ada: Client, name: str) -> None:
    page = ada.get(f"{ROOT}{name}/").content.decode()

    assert 'type="radio" name="way"' in page
    assert page.count("checked") >= 1


def test_a_question_becomes_a_sync_that_a_worker_takes_up(ada: Client) -> None:
    form = {"way": "search", "search-text": " wheat field ", "most": "50"}

    answer = ada.post(f"{ROOT}met/", form)

    sync = Sync.objects.get()
    assert answer.headers["Location"] == sync.get_absolute_url()
    assert (sync.state, sync.question.query, sync.question.most) == ("reading", "wheat field", 50)
    assert sync.asked_by is not None
    page = ada.get(sync.get_absolute_url()).content.decode()
    assert "data-status-url" in page
    assert ada.get(f"{sync.get_absolute_url()}status/").json()["state"] == "reading"


def test_a_museum_that_wants_patience_is_told_of_with_the_time_it_is_asked_again(
    ada: Client,
) -> None:
    then = timezone.now() + timedelta(minutes=10)
    busy = "collectionapi.metmuseum.org asks us to come back later (status 429)."
    sync = make_sync(state="reading", reason=busy, claimed_until=then, counts={"new": 13})
    words = f"left alone until {localtime(then):%H:%M}"

    pages = [ada.get(path).content.decode() for path in (sync.get_absolute_url(), ROOT)]
    status = ada.get(f"{sync.get_absolute_url()}status/").json()

    assert [words in strip_tags(page) for page in pages] == [True, True]
    assert '<span id="asked" hidden>' in pages[0]
    assert busy in pages[0]
    assert status["again"] == f"{localtime(then):%H:%M}"


@pytest.mark.parametrize(
    "changes", [{"reason": ""}, {"state": "looking"}, {"claimed_until": None}, {"late": True}]
)
def test_a_sync_that_somebody_works_on_or_might_waits_for_no_museum(
    ada: Client, changes: dict[str, Any]
) -> None:
    minutes = -1 if changes.pop("late", False) else 1
    then = timezone.now() + timedelta(minutes=minutes)
    values = {"state": "reading", "reason": "It is busy.", "claimed_until": then, **changes}
    sync = make_sync(**values)

    page = ada.get(sync.get_absolute_url()).content.decode()

    assert ada.get(f"{sync.get_absolute_url()}status/").json()["again"] == ""
    assert ('<span id="waits" hidden>' in page) == (sync.state == "reading")
    assert "left alone until" not in ada.get(ROOT).content.decode()


@pytest.mark.parametrize(
    ("name", "form", "why"),
    [
        ("met", {"way": "search", "search-text": " "}, "write what to ask for"),
        ("met", {"way": "ids", "ids-text": "12 SK-C-5"}, "“SK-C-5” is not one of these numbers"),
        ("met", {"way": "search", "search-text": "x", "most": "9000"}, "import_source"),
        ("met", {"way": "search", "search-text": "x", "most": "0"}, "from 1 on"),
        ("met", {"way": "table"}, "Choose MetObjects.csv"),
        ("nga", {"way": "tables"}, "Choose objects.csv"),
        ("met", {"way": "guess"}, "Select a valid choice"),
        ("iiif", {"way": "address", "address-text": "https://evil.example/m"}, "evil.example is"),
        ("iiif", {"way": "address", "address-text": "file:///etc/passwd"}, "must begin with"),
        ("iiif", {"way": "address", "address-text": "http://127.0.0.1/"}, "127.0.0.1 is not"),
        ("rijks", {"way": "address", "address-text": "https://example.org/"}, "example.org is"),
        ("wikidata", {"way": "query", "query-text": "SELECT ?item"}, "does not select ?image"),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(
    ada: Client, name: str, form: dict[str, str], why: str
) -> None:
    answer = ada.post(f"{ROOT}{name}/", {"most": "5", **form})

    assert answer.status_code == 400
    assert why in answer.content.decode().replace("&#x27;", "'")
    assert not Sync.objects.exists()


def test_numbers_are_read_however_they_are_separated(ada: Client) -> None:
    ada.post(f"{ROOT}met/", {"way": "ids", "ids-text": "12, 13;14\n12", "most": "5"})

    assert Question.objects.get().ids == ["12", "13", "14"]


def test_the_tables_of_a_museum_are_kept_under_their_names(ada: Client) -> None:
    files = {
        "tables-0": SimpleUploadedFile("my objects.csv", b"objectid\n"),
        "tables-1": SimpleUploadedFile("images.csv", b"iiifurl\n"),
    }

    ada.post(f"{ROOT}nga/", {"way": "tables", "tables-words": "Degas", "most": "5", **files})

    question = Question.objects.get()
    assert list(question.files) == ["objects.csv", "published_images.csv"]
    assert question.scope == "nga: Degas data"


def test_the_same_question_is_asked_again_and_not_kept_twice(ada: Client) -> None:
    form = {"way": "search", "search-text": "wheat", "most": "50"}

    ada.post(f"{ROOT}met/", form)
    ada.post(f"{ROOT}met/", {**form, "most": "60"})

    assert Question.objects.get().most == 60
    assert list(Sync.objects.values_list("state", flat=True)) == ["reading", "cancelled"]


def test_the_walls_show_what_is_new_changed_gone_and_why_others_are_not_taken(ada: Client) -> None:
    sync = make_sync(counts={"new": 1, "changed": 1, "gone": 1, "skipped": 2})
    work = make_artwork("Old title")
    work.source_key = "met:2"
    work.save()
    seen = find(sync, 1, preview=b"RIFF", width=64, height=48)
    find(sync, 2, "changed", differences=[["title", "Old title", "Better title"]], artwork=work)
    find(sync, 3, "gone", reason="The source has it no more.", chosen=False, record=None)
    find(sync, 4, "skipped", reason="Its picture is not certainly free to use.")
    find(sync, 5, "skipped", reason="Its picture is not certainly free to use.")

    page = ada.get(sync.get_absolute_url()).content.decode()

    assert f"{ROOT}previews/{seen.pk}.webp" in page
    assert "<del>Old title</del> <ins>Better title</ins>" in page
    assert '<span class="number">2</span> Its picture is not certainly free to use.' in page
    assert f'value="{seen.pk}" checked' in page
    assert '<strong id="ticked">2</strong>' in page
    assert ada.get(f"{ROOT}previews/{seen.pk}.webp").content == b"RIFF"
    passed = ada.get(f"{sync.get_absolute_url()}?show=passed").content.decode()
    assert "Work 4" in passed


def test_a_wall_of_many_costs_as_many_queries_as_one_of_few_and_has_pages(
    ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sync = make_sync()
    for number in range(70):
        find(sync, number)

    with django_assert_max_num_queries(16):
        glance = ada.get(sync.get_absolute_url()).content.decode()
    with django_assert_max_num_queries(16):
        second = ada.get(f"{sync.get_absolute_url()}?show=new&page=2").content.decode()

    assert glance.count('name="chosen"') == 24
    assert "All 70" in glance
    assert second.count('name="chosen"') == 10


def test_the_history_costs_as_many_queries_for_many_as_for_few(
    ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(15):
        make_sync(query=f"field {number}", counts={"new": 1})

    with django_assert_max_num_queries(9):
        page = ada.get(ROOT).content.decode()

    assert "Waiting for you" in page
    assert "field 14" in page


def test_an_answer_without_works_is_not_taken_for_a_gallery_that_has_them_all(ada: Client) -> None:
    nothing = make_sync(query="nothing", state=Sync.State.DONE, counts={})
    passed = make_sync(query="copyright", state=Sync.State.DONE, counts={"skipped": 2})
    same = make_sync(query="here", state=Sync.State.DONE, counts={"unchanged": 2})

    said = [ada.get(each.get_absolute_url()).content.decode() for each in (nothing, passed, same)]

    assert "The museum found nothing that fits." in said[0]
    assert "Nothing is left to bring in." in said[1]
    assert "The gallery has all of it" in said[2]


def test_what_waits_for_somebody_stands_on_the_first_page_once(ada: Client) -> None:
    make_sync(query="poppies")
    make_sync(query="tulips", state=Sync.State.DONE)

    page = ada.get(ROOT).content.decode()

    assert page.count("poppies") == page.count("tulips") == 1
