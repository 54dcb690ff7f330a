from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CURATORS
from webapp.catalog.models import Artwork
from webapp.ingest import queries
from webapp.ingest.actions import Incoming, receive_files, start_batch
from webapp.ingest.models import Item

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
    assert a["thumbnail"].endswith("/320.jpeg")
    assert (b["reason"], b["settled"]) == ("It is no picture.", True)
    assert (c["label"], c["settled"]) == ("waiting to be checked", False)
    assert told["finished"] is False


def test_failed_files_are_tried_again_and_refused_ones_are_not(admin: Client) -> None:
    batch = start_batch(source="test")
    work = make_artwork(state=Artwork.State.FAILED)
    Item.objects.create(batch=batch, name="a", incoming="a", state="failed", attempts=3)
    Item.objects.create(batch=batch, name="b", incoming="b", state="failed", artwork=work)
    Item.objects.create(batch=batch, name="c", incoming="c", state="refused")
    withdrawn = make_artwork(state=Artwork.State.WITHDRAWN)
    Item.objects.create(batch=batch, name="d", incoming="d", state="failed", artwork=withdrawn)

    answer = admin.post(f"/upload/{batch.pk}/retry/")

    assert answer.status_code == 302
    assert list(batch.items.values_list("name", "state", "attempts")) == [
        ("a", "received", 0),
        ("b", "stored", 0),
        ("c", "refused", 0),
        ("d", "failed", 0),
    ]
    assert Artwork.objects.get(pk=work.pk).state == Artwork.State.CHECKED
    assert Artwork.objects.get(pk=withdrawn.pk).state == Artwork.State.WITHDRAWN


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
