from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from tests.webapp.ingest.pictures import picture
from tests.webapp.intake.senders import begin, kept_files, signed_in
from tests.webapp.makers import make_artwork
from webapp import jobs
from webapp.accounts.roles import ADMINS, CURATORS
from webapp.ingest.actions import start_batch
from webapp.ingest.models import Batch, Item, Sheet
from webapp.intake.models import Parcel

pytestmark = pytest.mark.django_db


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

    answers = [client.get("/upload/"), client.post("/upload/", {"pictures": upload()})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Item.objects.exists()


def test_many_files_in_one_form_become_one_batch(admin: Client) -> None:
    answer = admin.post("/upload/", {"pictures": [upload("a.jpg", 1), upload("b.jpg", 2)]})

    batch = Batch.objects.get()
    assert answer.headers["Location"] == f"/upload/{batch.pk}/"
    assert (batch.source, batch.held) == ("Upload by mara", False)
    assert list(batch.items.values_list("name", "state")) == [
        ("a.jpg", "received"),
        ("b.jpg", "received"),
    ]
    item = batch.items.get(name="a.jpg")
    assert item.metadata == {"title": "a"}
    originals = Path(storages["originals"].path(""))
    assert (originals / item.incoming).read_bytes() == picture(1)


def test_a_form_may_hold_its_works_back(admin: Client) -> None:
    admin.post("/upload/", {"pictures": [upload()], "held": "on"})

    assert Batch.objects.get().held


def test_tables_and_archives_go_their_own_ways(
    admin: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    table = SimpleUploadedFile("works.csv", b"file,title\na.jpg,Harbour\n")
    archive = SimpleUploadedFile("all.ZIP", b"PK")

    with django_capture_on_commit_callbacks(execute=True):
        admin.post("/upload/", {"pictures": [table, archive]})

    assert not Item.objects.exists()
    assert Sheet.objects.get().columns == ["file", "title"]
    assert Parcel.objects.get().name == "all.ZIP"
    assert [path.read_bytes() for path in kept_files()] == [b"PK"]


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


def test_limits_are_told_in_a_sentence(admin: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20

    large = admin.post("/upload/", {"pictures": SimpleUploadedFile("big.jpg", bytes(3 * 2**20))})
    none = admin.post("/upload/", {})
    many = admin.post("/upload/", {"pictures": [upload(f"{i}.jpg") for i in range(101)]})

    for answer, sentence in (
        (large, "big.jpg has 3 MB; at most 1 MB are allowed."),
        (none, "Choose at least one picture."),
        (many, "101 files at once are too many; choose at most 100"),
    ):
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
    assert not Item.objects.exists()


def test_the_page_shows_what_is_unfinished_and_what_came_before(admin: Client) -> None:
    begin(admin, files=1234)
    batch = start_batch(source="Folder harbours")
    work = make_artwork("Harbour")
    Item.objects.create(batch=batch, name="h.jpg", incoming="h", state="visible", artwork=work)

    page = admin.get("/upload/").content.decode()

    assert "0 of 1,234 files arrived" in page
    assert "Folder harbours" in page
    assert "/320." in page
    assert "/upload/notices/" in page


def test_the_page_costs_the_same_for_one_batch_and_for_many(
    admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        batch = start_batch(source=str(number))
        for _ in range(3):
            work = make_artwork()
            Item.objects.create(batch=batch, name="x", incoming="x", state="visible", artwork=work)

    # Session, user, two for permissions, unfinished, recent batches, their pictures, notices.
    with django_assert_num_queries(8):
        admin.get("/upload/")
