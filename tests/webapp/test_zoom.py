"""Looking closer: what the viewer is told, and the tiles as a IIIF image service."""

from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.webapp.makers import make_artwork
from webapp import jobs
from webapp.catalog import files, tiles
from webapp.catalog.actions import withdraw
from webapp.catalog.models import Artwork, ArtworkImage, Tiles
from webapp.jobs import Job

pytestmark = pytest.mark.django_db
DONE = Tiles.State.DONE


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """Note what workers are rung for."""
    heard: list[Job] = []
    monkeypatch.setattr(jobs, "send", lambda job, _arguments: heard.append(job))
    return heard


def scan(title: str = "Large") -> Artwork:
    """A work far larger than its largest variant."""
    work = make_artwork(title, width=8000, height=6000)
    ArtworkImage.objects.filter(artwork=work).update(widths=[320, 2048])
    work.image.refresh_from_db()
    return work


def cut(work: Artwork) -> str:
    """Let the tiles of a work be there; return the address of its service."""
    tiles.ask(work.image)
    Tiles.objects.filter(image=work.image).update(state=DONE)
    return f"/iiif/{work.image.key}"


def test_looking_is_free_and_asking_rings_for_a_worker_once(
    client: Client, rung: list[Job], django_capture_on_commit_callbacks: object
) -> None:
    address = reverse("zoom", args=[scan().pk])

    before = client.get(address).json()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        asked = client.post(address).json()
        again = client.post(address).json()

    assert before == {"state": "none"}
    assert asked == again == {"state": "waiting"}
    assert rung == [Job.CUT_TILES]


def test_a_picture_that_is_shown_whole_anyway_has_no_tiles(client: Client) -> None:
    work = make_artwork(width=1200, height=900)

    answer = client.post(reverse("zoom", args=[work.pk])).json()

    assert answer == {"state": "none"}
    assert not Tiles.objects.exists()


def test_a_long_queue_is_not_made_longer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "QUEUE", 1)
    tiles.ask(scan().image)

    answer = client.post(reverse("zoom", args=[scan("Another").pk])).json()

    assert answer == {"state": "none"}


def test_what_failed_is_tried_again_after_a_while(client: Client) -> None:
    work = scan()
    tiles.ask(work.image)
    Tiles.objects.update(state=Tiles.State.FAILED, reason="away", attempts=3)
    address = reverse("zoom", args=[work.pk])

    at_once = client.post(address).json()
    Tiles.objects.update(asked=timezone.now() - 2 * tiles.RETRY)
    later = client.post(address).json()

    assert at_once == {"state": "failed"}
    assert later == {"state": "waiting"}
    assert Tiles.objects.values_list("attempts", "reason").get() == (0, "")


def test_a_work_that_is_not_shown_cannot_be_asked_for(client: Client) -> None:
    work = scan()
    Artwork.objects.update(state=Artwork.State.WITHDRAWN)

    assert client.post(reverse("zoom", args=[work.pk])).status_code == 404


def test_asking_needs_the_token_of_a_page() -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(reverse("zoom", args=[scan().pk])).status_code == 403


def test_the_service_describes_itself(client: Client) -> None:
    work = scan()
    service = cut(work)

    told = client.get(reverse("zoom", args=[work.pk])).json()
    answer = client.get(told["info"])

    assert told == {"state": "done", "info": f"{service}/info.json"}
    info = json.loads(answer.content)
    assert info["id"] == f"http://testserver{service}"
    assert (info["width"], info["height"], info["profile"]) == (8000, 6000, "level0")
    assert answer["Content-Type"].startswith("application/ld+json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    away = client.get(service)
    assert (away.status_code, away["Location"]) == (303, f"{service}/info.json")


def test_tiles_are_sent_to_be_kept_and_asked_for_again_cheaply(client: Client) -> None:
    work = scan()
    service = cut(work)
    default_storage.save(
        files.tile_name(work.image.key, "0,0,512,512", "512,512"), ContentFile(b"x")
    )

    first = client.get(f"{service}/0,0,512,512/512,512/0/default.jpg")
    again = client.get(
        f"{service}/0,0,512,512/512,512/0/default.jpg", headers={"If-None-Match": first["ETag"]}
    )

    assert first.getvalue() == b"x"
    first.close()
    assert first["Content-Type"] == "image/jpeg"
    assert "immutable" in first["Cache-Control"]
    assert again.status_code == 304


@pytest.mark.parametrize(
    "rest",
    [
        "info.json",
        "full/max/0/default.jpg",
        "0,0,1,1/1,1/90/default.jpg",
        "0,0,1,1/1,1/0/default.png",
        "../../works/a/0/default.jpg",
        "0,0,1/1,1/0/default.jpg",
        "pct:0,0,50,50/max/0/default.jpg",
    ],
)
def test_what_was_not_cut_is_not_found(client: Client, rest: str) -> None:
    key = scan().image.key

    assert client.get(f"/iiif/{key}/{rest}").status_code == 404


def test_a_new_picture_has_no_tiles_of_the_old(client: Client) -> None:
    work = scan()
    service = cut(work)
    ArtworkImage.objects.filter(artwork=work).update(key="fresh")

    assert client.get(f"{service}/info.json").status_code == 404
    assert client.get(reverse("zoom", args=[work.pk])).json() == {"state": "none"}


def test_one_address_has_so_many_cut_and_another_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "PER_ADDRESS", 1)
    addresses = [reverse("zoom", args=[scan(str(number)).pk]) for number in range(3)]
    near, far = Client(REMOTE_ADDR="2001:db8::7"), Client(REMOTE_ADDR="2001:db8:1::7")

    first, again, second = (near.post(addresses[at]).json()["state"] for at in (0, 0, 1))
    other = far.post(addresses[2]).json()["state"]

    assert (first, again, second, other) == ("waiting", "waiting", "none", "waiting")


def test_tiles_that_nobody_asked_for_longest_make_room(settings: Settings) -> None:
    settings.TILES_MOST = 2
    works = [scan(str(number)) for number in range(4)]
    for age, work in enumerate(works):
        cut(work)
        Tiles.objects.filter(image=work.image).update(asked=timezone.now() - age * 2 * tiles.FRESH)
        default_storage.save(files.tile_name(work.image.key, "full", "max"), ContentFile(b"x"))
    tiles.ask(works[3].image)  # somebody looks into the oldest again

    dropped = tiles.drop_oldest()

    left = set(Tiles.objects.values_list("image", flat=True))
    assert (dropped, left) == (2, {works[0].image.pk, works[3].image.pk})
    kept = [
        default_storage.exists(files.tile_name(work.image.key, "full", "max")) for work in works
    ]
    assert kept == [True, False, False, True]
    assert tiles.drop_oldest() == 0


def test_a_withdrawn_work_has_no_service(client: Client) -> None:
    service = cut(scan())
    Artwork.objects.update(state=Artwork.State.WITHDRAWN)

    assert client.get(f"{service}/info.json").status_code == 404


def test_with_the_withdrawal_of_a_work_its_tiles_go(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    work, other = scan(), scan("Another")
    service = cut(work)
    cut(other)
    name = files.tile_name(work.image.key, "0,0,512,512", "512,512")
    default_storage.save(name, ContentFile(b"x"))

    with django_capture_on_commit_callbacks(execute=True):
        withdraw([work.pk])

    assert client.get(f"{service}/0,0,512,512/512,512/0/default.jpg").status_code == 404
    assert Tiles.objects.get().image_id == other.image.pk
