from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from tests.webapp.makers import make_artwork
from tests.webapp.operations.test_check_pictures import aged
from webapp.catalog.files import tile_name
from webapp.catalog.models import Artwork, ArtworkImage, Tiles
from webapp.operations.checks.tiles import check_folders, check_tiles

pytestmark = pytest.mark.django_db


def cut(*, stored: bool = True) -> ArtworkImage:
    """An image whose tiles are done, written long ago."""
    image = make_artwork().image
    Tiles.objects.create(image=image, key=image.key, state="done", asked=timezone.now())
    if stored:
        aged("default", tile_name(image.key, "full", "max"))
    return image


def counts(*, mend: bool) -> list[tuple[int, int]]:
    """Of lost tiles, of those of withdrawn works, and of folders."""
    found = (each for check in (check_tiles, check_folders) for each in check(mend=mend))
    return [(each.count, each.mended) for each in found]


def test_tiles_that_belong_to_a_picture_are_well() -> None:
    cut()

    assert counts(mend=True) == [(0, 0), (0, 0), (0, 0)]


def test_a_picture_without_its_tiles_can_be_asked_for_again() -> None:
    image = cut(stored=False)

    assert counts(mend=False) == [(1, 0), (0, 0), (0, 0)]
    assert counts(mend=True) == [(1, 1), (0, 0), (0, 0)]
    assert not Tiles.objects.filter(image=image).exists()


def test_tiles_of_nobody_and_of_a_former_picture_are_deleted() -> None:
    image = cut()
    ArtworkImage.objects.filter(pk=image.pk).update(key="fresh")
    aged("default", tile_name("nobody", "full", "max"))

    assert counts(mend=False) == [(0, 0), (0, 0), (2, 0)]
    assert counts(mend=True) == [(0, 0), (0, 0), (2, 2)]
    assert not default_storage.exists(tile_name("nobody", "full", "max"))
    assert counts(mend=True) == [(0, 0), (0, 0), (0, 0)]


def test_tiles_of_a_withdrawn_work_are_deleted() -> None:
    image = cut()
    Artwork.objects.update(state=Artwork.State.WITHDRAWN)

    assert counts(mend=False) == [(0, 0), (1, 0), (0, 0)]
    assert counts(mend=True) == [(0, 0), (1, 1), (0, 0)]
    assert not default_storage.exists(tile_name(image.key, "full", "max"))
    assert not Tiles.objects.exists()


def test_tiles_that_are_just_being_cut_are_left_alone() -> None:
    path = aged("default", tile_name("young", "full", "max"))
    path.touch()

    assert counts(mend=True) == [(0, 0), (0, 0), (0, 0)]
    assert path.exists()
