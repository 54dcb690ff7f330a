"""Tiles as a worker cuts them: once, for the picture as it is, and gone with it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import transaction
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from artrec.images import Limits, OpenedImage, open_image
from tests.artrec.images.test_tiles import gradient, wanted
from tests.webapp.makers import make_artwork
from webapp import jobs
from webapp.catalog import files, tiles
from webapp.catalog.actions import delete_artworks
from webapp.catalog.models import ArtworkImage, Tiles
from webapp.jobs import Job
from workers import claims
from workers.tasks import tiles as tasks
from workers.tasks.doorbell import ring_again
from workers.tasks.tiles import cut_tiles

State = Tiles.State
WIDTH, HEIGHT = 1300, 900


def hang() -> ArtworkImage:
    """An image with its original in the storage, served at no more than 320 pixels."""
    image = make_artwork(width=WIDTH, height=HEIGHT).image
    buffer = io.BytesIO()
    gradient(WIDTH, HEIGHT).save(buffer, "PNG")
    image.original = storages["originals"].save("incoming/a", ContentFile(buffer.getvalue()))
    image.widths = [320]
    image.save()
    return image


def stored(key: str) -> set[str]:
    try:
        return set(default_storage.listdir(files.tiles_folder(key))[1])
    except FileNotFoundError:
        return set()


def check(image: ArtworkImage) -> None:
    row = Tiles.objects.get(image=image)
    assert (row.state, row.reason, row.claimed_until) == (State.DONE, "", None)
    assert stored(image.key) == {f"{region}_{size}.jpg" for region, size in wanted(WIDTH, HEIGHT)}


@pytest.mark.django_db
def test_a_picture_that_waits_is_cut_once(monkeypatch: pytest.MonkeyPatch) -> None:
    image = hang()
    tiles.ask(image)

    cut_tiles()
    check(image)
    monkeypatch.setattr(tasks, "make_tiles", None)
    tiles.ask(image)
    cut_tiles()

    check(image)


@pytest.mark.django_db
def test_a_picture_is_taken_over_from_a_worker_that_died_half_way() -> None:
    image = hang()
    tiles.ask(image)
    default_storage.save(files.tile_name(image.key, "full", "max"), ContentFile(b"half"))
    Tiles.objects.update(claimed_until=timezone.now() - timedelta(seconds=1), attempts=1)

    cut_tiles()

    check(image)
    with default_storage.open(files.tile_name(image.key, "full", "max")) as file:
        assert Image.open(file).size == (WIDTH, HEIGHT)


@pytest.mark.django_db
def test_a_picture_that_another_worker_holds_is_left_to_it() -> None:
    image = hang()
    tiles.ask(image)
    Tiles.objects.update(claimed_until=timezone.now() + claims.LEASE, attempts=1)

    cut_tiles()

    assert not stored(image.key)


@pytest.mark.django_db
def test_a_picture_without_its_original_fails_with_a_reason() -> None:
    image = hang()
    tiles.ask(image)
    storages["originals"].delete(image.original)

    cut_tiles()

    row = Tiles.objects.get(image=image)
    assert row.state == State.FAILED
    assert row.reason


@pytest.mark.django_db
def test_a_picture_that_kills_its_worker_is_given_up() -> None:
    image = hang()
    tiles.ask(image)
    Tiles.objects.update(attempts=claims.MAX_ATTEMPTS)
    default_storage.save(files.tile_name(image.key, "full", "max"), ContentFile(b"half"))

    cut_tiles()

    assert Tiles.objects.get().state == State.FAILED
    assert not stored(image.key)


@pytest.mark.django_db
def test_cutting_one_picture_more_than_are_kept_drops_the_oldest(settings: Settings) -> None:
    settings.TILES_MOST = 1
    first, second = hang(), hang()
    for image in (first, second):
        tiles.ask(image)

    cut_tiles()
    cut_tiles()

    assert not stored(first.key)
    check(second)


@pytest.mark.django_db
def test_tiles_of_a_picture_that_changes_meanwhile_are_thrown_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = hang()
    tiles.ask(image)
    old = image.key

    def changed_meanwhile(source: Path | bytes, *, limits: Limits) -> OpenedImage:
        ArtworkImage.objects.filter(pk=image.pk).update(key="fresh")
        return open_image(source, limits=limits)

    monkeypatch.setattr(tasks, "open_image", changed_meanwhile)
    cut_tiles()
    image.refresh_from_db()

    assert not stored(old)
    assert tiles.find(image) is None
    assert not tiles.waiting().exists()


@pytest.mark.django_db
def test_a_new_picture_is_cut_anew_when_it_is_asked_for() -> None:
    image = hang()
    tiles.ask(image)
    cut_tiles()
    files.delete_tiles(image.key)
    image.key = "fresh"
    image.save()

    tiles.ask(image)
    cut_tiles()

    check(image)


@pytest.mark.django_db(transaction=True)
def test_with_the_work_its_tiles_go() -> None:
    image = hang()
    with transaction.atomic():
        tiles.ask(image)
    cut_tiles()

    delete_artworks([image.artwork_id])

    assert not stored(image.key)
    assert not Tiles.objects.exists()
    cut_tiles()


@pytest.mark.django_db(transaction=True)
def test_the_timer_rings_for_pictures_that_wait_and_for_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Job] = []
    image = hang()
    tiles.ask(image)
    monkeypatch.setattr(jobs, "send", lambda job, _arguments: heard.append(job))

    ring_again()
    cut_tiles()
    ring_again()
    Tiles.objects.update(state=State.WAITING)
    ArtworkImage.objects.update(key="fresh")
    ring_again()

    assert heard.count(Job.CUT_TILES) == 1
