from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from tests.webapp.ingest.pictures import picture
from tests.webapp.makers import make_artwork
from webapp import jobs
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CURATORS
from webapp.catalog.models import Artwork
from webapp.ingest import queries
from webapp.ingest.actions import Incoming, receive_files, start_batch
from webapp.ingest.models import Batch, Item

pytestmark = pytest.mark.django_db


def signed_in(role: str | None) -> Client:
    user = User.objects.create_user("mara", password="x", is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(ADMINS)


def upload(name: str = "evening ridge.jpg", seed: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(seed))


def test_strangers_are_asked_to_sign_in() -> None:
    answer = Client().get("/upload/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=/upload/")


@pytest.mark.parametrize("role", [None, CURATORS])
def test_who_may_not_add_works_may_not_upload(role: str | None) -> None:
    client = signed_in(role)

    answers = [client.get("/upload/"), client.post("/upload/file/", {"pictures": upload()})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Item.objects.exists()


def test_many_files_in_one_form_become_one_batch(admin: Client) -> None:
    answer = admin.post("/upload/", {"pictures": [upload("a.jpg", 1), upload("b.jpg", 2)]})

    batch = Batch.objects.get()
    assert answer.headers["Location"] == f"/upload/{batch.pk}/"
    assert batch.source == "Upload by mara"
    assert list(batch.items.values_list("name", "state")) == [
        ("a.jpg", "received"),
        ("b.jpg", "received"),
    ]
    story = admin.get(f"/upload/{batch.pk}/").content.decode()
    assert "a.jpg" in story
    assert 'data-state="received"' in story


def test_files_sent_one_by_one_join_the_batch_they_name(admin: Client) -> None:
    first = admin.post("/upload/file/", {"pictures": upload("a.jpg")}).json()
    second = admin.post("/upload/file/", {"pictures": upload("b.jpg"), "batch": first["batch"]})

    assert second.status_code == 201
    assert second.json()["batch"] == first["batch"]
    item = Item.objects.get(name="a.jpg")
    assert item.metadata == {"title": "a"}
    originals = Path(storages["originals"].path(""))
    assert (originals / item.incoming).read_bytes() == picture(1)


def test_nobody_adds_to_the_batch_of_another(admin: Client) -> None:
    batch = start_batch(source="theirs")

    answer = admin.post("/upload/file/", {"pictures": upload(), "batch": batch.pk})

    assert answer.status_code == 404
    assert not Item.objects.exists()


def test_the_workers_are_rung_for_once_the_rows_are_there(
    admin: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "send", lambda job, _kw: rung.append((job, Item.objects.count())))

    with django_capture_on_commit_callbacks(execute=True):
        admin.post("/upload/", {"pictures": [upload("a.jpg", 1), upload("b.jpg", 2)]})

    assert rung == [("workers.check_items", 2)]


@pytest.mark.parametrize("path", ["/upload/", "/upload/file/"])
def test_limits_are_told_in_a_sentence(admin: Client, settings: Settings, path: str) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20

    large = admin.post(path, {"pictures": SimpleUploadedFile("big.jpg", bytes(3 * 2**20))})
    none = admin.post(path, {})
    many = admin.post(path, {"pictures": [upload(f"{i}.jpg") for i in range(101)]})

    for answer, sentence in (
        (large, "big.jpg has 3 MB; at most 1 MB are allowed."),
        (none, "Choose at least one picture."),
        (many, "101 files at once are too many; choose at most 100"),
    ):
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
    assert not Item.objects.exists()


def test_the_status_tells_each_files_result(admin: Client) -> None:
    batch = start_batch(source="test")
    work = make_artwork("Harbour")
    states: list[tuple[str, dict[str, Any]]] = [
        ("a.jpg", {"state": "visible", "artwork": work, "finished": work.added}),
        ("b.jpg", {"state": "refused", "reason": "It is no picture.", "finished": work.added}),
        ("c.jpg", {"state": "received"}),
    ]
    for name, values in states:
        Item.objects.create(batch=batch, name=name, incoming=name, **values)

    told = admin.get(f"/upload/{batch.pk}/status/").json()

    a, b, c = told["items"]
    assert (a["url"], a["title"], a["settled"]) == (f"/works/{work.pk}/", "Harbour", True)
    assert a["thumbnail"].endswith("/320.webp")
    assert (b["reason"], b["settled"]) == ("It is no picture.", True)
    assert (c["label"], c["settled"]) == ("received", False)
    assert told["finished"] is False


def test_a_batch_page_costs_the_same_for_one_file_and_for_many(
    admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch = start_batch(source="test")
    for number in range(12):
        work = make_artwork(str(number))
        Item.objects.create(batch=batch, name="x", incoming="x", state="visible", artwork=work)

    # Session, user, two for permissions, batch, progress, items; nothing per file.
    with django_assert_num_queries(7):
        admin.get(f"/upload/{batch.pk}/")


def test_failed_files_are_tried_again_and_refused_ones_are_not(admin: Client) -> None:
    batch = start_batch(source="test")
    work = make_artwork(state=Artwork.State.FAILED)
    Item.objects.create(batch=batch, name="a", incoming="a", state="failed", attempts=3)
    Item.objects.create(batch=batch, name="b", incoming="b", state="failed", artwork=work)
    Item.objects.create(batch=batch, name="c", incoming="c", state="refused")

    answer = admin.post(f"/upload/{batch.pk}/retry/")

    assert answer.status_code == 302
    assert list(batch.items.values_list("name", "state", "attempts")) == [
        ("a", "received", 0),
        ("b", "stored", 0),
        ("c", "refused", 0),
    ]
    assert Artwork.objects.get().state == Artwork.State.CHECKED


def test_progress_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    batch = start_batch(source="test")
    for state in ("received", "stored", "visible", "duplicate", "refused", "failed"):
        Item.objects.create(batch=batch, name=state, incoming="x", state=state)

    with django_assert_num_queries(1):
        progress = queries.progress(batch)

    assert (progress.total, progress.settled, progress.steps) == (6, 4, 9)
    assert not progress.finished


def test_files_are_deleted_again_when_their_rows_cannot_be_written() -> None:
    batch = start_batch(source="test")
    bad = Incoming("b.jpg", ContentFile(b"y"), source_key="x" * 301)

    with pytest.raises(Exception, match="value too long"):
        receive_files(batch=batch, files=[Incoming("a.jpg", ContentFile(b"x")), bad])

    originals = Path(storages["originals"].path(""))
    assert not any(path.is_file() for path in originals.rglob("*"))


@pytest.mark.parametrize("model", ["artwork", "artist"])
def test_the_admin_shows_the_catalogue(admin: Client, model: str) -> None:
    make_artwork("Harbour", state=Artwork.State.FAILED)

    listed = admin.get(f"/admin/catalog/{model}/")

    assert listed.status_code == 200
    assert ("Harbour" if model == "artwork" else "Studio Halde") in listed.content.decode()


def test_the_admin_withdraws_and_shows_again(admin: Client) -> None:
    work = make_artwork()
    form = {"_selected_action": [work.pk]}

    admin.post("/admin/catalog/artwork/", {"action": "withdraw", **form})
    assert Artwork.objects.get().state == Artwork.State.WITHDRAWN
    admin.post("/admin/catalog/artwork/", {"action": "show_again", **form})

    assert Artwork.objects.get().state == Artwork.State.CHECKED


def test_curators_read_the_admin_and_change_nothing() -> None:
    work = make_artwork()
    client = signed_in(CURATORS)

    assert client.get(f"/admin/catalog/artwork/{work.pk}/change/").status_code == 200
    assert client.post(f"/admin/catalog/artwork/{work.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize("model", ["batch", "item"])
def test_the_story_of_a_batch_is_read_only_in_the_admin(admin: Client, model: str) -> None:
    batch = start_batch(source="Upload by mara")
    Item.objects.create(batch=batch, name="a.jpg", incoming="a")

    assert admin.get(f"/admin/ingest/{model}/").status_code == 200
    assert admin.get(f"/admin/ingest/{model}/add/").status_code == 403
