"""Pictures of museums are fetched by workers: once, politely, and after a kill too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from tests.waiting import wait_until
from tests.webapp.ingest.pictures import picture
from tests.webapp.ingest.sources.museum import Museum, Reply
from tests.webapp.ingest.sources.test_met import an_object
from tests.workers.conftest import make_stack
from webapp.catalog.models import Artwork
from webapp.ingest.actions import start_batch
from webapp.ingest.fetching import download
from webapp.ingest.models import HostPace, Item, Origin
from webapp.ingest.sources.met import API
from webapp.vectors.models import Vector
from workers.tasks import fetch
from workers.tasks.fetch import fetch_items

IMAGES = "https://images.metmuseum.org/CRDImages/ep/original"


def wanted(number: int, **changes: Any) -> Item:
    key, url = f"met:{number}", f"{IMAGES}/{number}.jpg"
    Origin.objects.create(source_key=key, scope="met: x", image_url=url)
    values = {"name": key, "url": url, "source_key": key, "state": Item.State.WANTED, **changes}
    return Item.objects.create(batch=start_batch(source="met"), **values)


def now(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


@pytest.mark.django_db
def test_a_wanted_picture_is_fetched_and_handed_on(museum: Museum) -> None:
    item = wanted(1)
    museum.serve(item.url, Reply(picture(1), headers={"ETag": '"v1"'}))

    fetch_items()

    assert now(item).state == Item.State.RECEIVED
    with storages["originals"].open(now(item).incoming) as stream:
        assert stream.read() == picture(1)
    assert (now(item).attempts, now(item).claimed_until) == (0, None)
    assert Origin.objects.get().etag == '"v1"'


@pytest.mark.django_db
def test_what_cannot_be_fetched_fails_with_the_reason_and_the_others_come(
    museum: Museum, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 100_000
    missing, large, inside, good = [wanted(number) for number in range(4)]
    museum.serve(large.url, Reply(b"x" * 100_001))
    museum.serve(inside.url, Reply(status=302, headers={"Location": "http://10.0.0.1/x.jpg"}))
    museum.serve(good.url, Reply(picture(1)))

    fetch_items()

    assert "is not there" in now(missing).reason
    assert "more than the" in now(large).reason
    assert "10.0.0.1 is not among the hosts" in now(inside).reason
    states = [now(item).state for item in (missing, large, inside, good)]
    assert states == ["failed", "failed", "failed", "received"]


@pytest.mark.django_db
def test_a_server_that_makes_no_pictures_of_our_size_is_asked_for_the_whole_one(
    museum: Museum,
) -> None:
    image = "https://iiif.micr.io/PhqwU/full"
    item = wanted(1, url=f"{image}/!3000,3000/0/default.jpg", source_key="rijks:1")
    museum.serve(item.url, Reply(status=400))
    museum.serve(f"{image}/max/0/default.jpg", Reply(picture(1)))

    fetch_items()

    assert now(item).state == Item.State.RECEIVED
    with storages["originals"].open(now(item).incoming) as stream:
        assert stream.read() == picture(1)


@pytest.mark.django_db
def test_a_museum_that_asks_for_a_pause_gets_it_and_nothing_is_lost(museum: Museum) -> None:
    first, second = wanted(1), wanted(2)
    museum.serve(first.url, Reply(status=429, headers={"Retry-After": "900"}))
    museum.serve(second.url, Reply(picture(2)))

    fetch_items()

    assert museum.asked() == [first.url]
    assert (now(first).state, now(second).state) == ("wanted", "wanted")
    assert (now(first).attempts, now(second).attempts) == (1, 0)
    for item in (first, second):
        until = now(item).claimed_until
        assert until is not None
        assert (until - timezone.now()).total_seconds() == pytest.approx(900, abs=300)
        assert now(item).reason

    # Fifteen minutes later.
    Item.objects.update(claimed_until=timezone.now())
    HostPace.objects.all().delete()
    museum.serve(first.url, Reply(picture(1)))
    fetch_items()

    assert (now(first).state, now(second).state) == ("received", "received")


@pytest.mark.django_db
def test_a_picture_that_was_tried_too_often_is_given_up(museum: Museum) -> None:
    item = wanted(1, attempts=3, reason="images.metmuseum.org is busy (status 503).")

    fetch_items()

    assert now(item).state == Item.State.FAILED
    assert now(item).reason.startswith("It was tried 3 times. images.metmuseum.org is busy")
    assert not museum.seen


@pytest.mark.django_db
def test_a_picture_whose_item_is_deleted_meanwhile_leaves_no_file(
    museum: Museum, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = wanted(1)
    museum.serve(item.url, Reply(picture(1)))

    def download_and_lose(*arguments: Any, **named: Any) -> Any:
        got = download(*arguments, **named)
        Item.objects.all().delete()
        return got

    monkeypatch.setattr(fetch, "download", download_and_lose)

    fetch_items()

    assert storages["originals"].listdir("incoming")[1] == []


@pytest.mark.slow
def test_an_import_ends_on_the_walls_although_the_worker_is_killed(
    transactional_db: None, museum: Museum, tmp_path: Path
) -> None:
    contact = {"ARTREC_CONTACT": "curator@gallery.example"}
    stack = make_stack(tmp_path, ARTREC_SOURCES_STAND_IN=museum.address, **contact)
    museum.serve_json(f"{API}/search", {"total": 3, "objectIDs": [0, 1, 2]})
    for number in range(3):
        museum.serve_json(f"{API}/objects/{number}", an_object(number))
        museum.serve(f"{IMAGES}/{number}.jpg", Reply(picture(number)))
    # The second picture hangs at first, so that the kill comes in its middle.
    museum.serve(f"{IMAGES}/1.jpg", Reply(picture(1), drip=5), Reply(picture(1)))
    call_command("import_source", "met", query="wheat", no_wait=True)
    try:
        worker = stack.start_worker()
        hangs = f"{IMAGES}/1.jpg"
        wait_until(lambda: hangs in museum.asked(), what="the second is asked for")
        stack.kill(worker)
        held = Item.objects.exclude(claimed_until=None).filter(state=Item.State.WANTED)
        assert held.update(claimed_until=timezone.now()) == 1  # the lease runs out
        stack.start_worker()
        shown = Artwork.objects.filter(state=Artwork.State.VISIBLE)
        wait_until(lambda: shown.count() == 3, what="all are in the gallery")
    finally:
        stack.stop()

    assert Vector.objects.values("artwork").distinct().count() == 3
    assert set(Item.objects.values_list("state", flat=True)) == {"visible"}
    assert museum.asked().count(hangs) == 2
    assert len(list((tmp_path / "originals/incoming").iterdir())) == 3
