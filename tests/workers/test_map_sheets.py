"""A map's small pictures lie where the browser looks for them, and are drawn when they must be."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.files import variant_name
from webapp.catalog.models import Artwork
from webapp.studio import sheets
from webapp.studio.models import Map, Neighbourhood, Place
from workers.sheets import draw

pytestmark = pytest.mark.django_db
RED, GREEN, BLUE = (200, 30, 30), (30, 160, 40), (40, 60, 190)
Hang = Callable[..., Artwork]


@pytest.fixture
def found() -> Map:
    return Map.objects.create(purpose="look", label="look", number=1, state=Map.State.READY)


@pytest.fixture
def hang(found: Map) -> Hang:
    """Give a work of one colour a place on the map."""
    leaf = Neighbourhood.objects.create(
        map=found, layer=0, number=0, name="all", proposed="all", size=1, x=0, y=0
    )

    def make(number: int, colour: tuple[int, int, int], size: tuple[int, int]) -> Artwork:
        work = make_artwork(width=size[0], height=size[1])
        image = work.image
        image.widths, image.formats = [size[0]], ["jpeg"]
        image.save()
        stream = io.BytesIO()
        Image.new("RGB", size, colour).save(stream, "JPEG")
        default_storage.save(
            variant_name(image.key, size[0], "jpeg"), ContentFile(stream.getvalue())
        )
        Place.objects.create(map=found, artwork=work, number=number, x=0, y=0, cluster=leaf)
        return work

    return make


def cell(found: Map, stride: int, number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """What the browser would draw of a place."""
    names = sheets.read_index(found.pk)[stride]
    at = number // stride
    with default_storage.open(sheets.file_name(found.pk, names[at // sheets.PER_SHEET])) as file:
        pixels = np.asarray(Image.open(file).convert("RGB"))
    row, column = divmod(at % sheets.PER_SHEET, sheets.COLUMNS)
    side = sheets.CELL
    return pixels[row * side : (row + 1) * side, column * side : (column + 1) * side]


def is_all(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], colour: object) -> bool:
    inner = pixels[8:-8, 8:-8].astype(int)  # at its edge compression mixes it with its neighbours
    return bool(np.abs(inner - np.array(colour)).max() < 30)


def test_each_picture_fills_the_cell_of_its_place_on_every_sheet_that_has_it(
    found: Map, hang: Hang
) -> None:
    hang(0, RED, (320, 80))
    hang(17, GREEN, (160, 200))
    hang(64, BLUE, (200, 200))

    draw(found.pk)

    assert is_all(cell(found, 1, 0), RED)
    assert is_all(cell(found, 1, 17), GREEN)
    assert is_all(cell(found, 64, 64), BLUE)
    assert is_all(cell(found, 8, 64), BLUE)


def test_a_withdrawn_work_leaves_its_sheet_and_no_other_is_drawn_again(
    found: Map, hang: Hang
) -> None:
    hang(0, RED, (160, 160))
    gone = hang(300, BLUE, (160, 160))
    draw(found.pk)
    before = sheets.read_index(found.pk)
    gone.state = Artwork.State.WITHDRAWN
    gone.save()

    draw(found.pk)

    after = sheets.read_index(found.pk)
    assert after[1][0] == before[1][0]
    assert len(after[1]) == 1
    assert not default_storage.exists(sheets.file_name(found.pk, before[1][1]))


def test_drawing_goes_on_where_it_was_stopped(found: Map, hang: Hang) -> None:
    hang(0, RED, (160, 160))
    hang(300, BLUE, (160, 160))

    def stop(share: float) -> None:
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        draw(found.pk, stop)
    shown = sheets.manifest(found)
    draw(found.pk)

    assert [each["stride"] for each in shown] == [64, 8]
    assert [each["stride"] for each in sheets.manifest(found)] == [64, 8, 1]


def test_a_missing_file_leaves_its_cell_empty_and_the_others_drawn(found: Map, hang: Hang) -> None:
    lost = hang(0, RED, (160, 160))
    hang(1, GREEN, (160, 160))
    default_storage.delete(variant_name(lost.image.key, 160, "jpeg"))

    draw(found.pk)

    assert not is_all(cell(found, 1, 0), RED)
    assert is_all(cell(found, 1, 1), GREEN)


def test_curators_get_the_sheets_to_keep_and_a_forgotten_map_has_none(
    found: Map, hang: Hang, client: Client, django_user_model: type[User]
) -> None:
    hang(0, RED, (160, 160))
    draw(found.pk)
    address = sheets.manifest(found)[0]["urls"][0]
    client.force_login(django_user_model.objects.create_superuser("ada", password="x"))

    sent = client.get(address)
    content = b"".join(sent)
    sheets.forget(found)
    gone = client.get(address)

    assert Image.open(io.BytesIO(content)).size == (sheets.COLUMNS * sheets.CELL, sheets.CELL)
    assert sent["Content-Type"] == "image/webp"
    assert "immutable" in sent["Cache-Control"]
    assert gone.status_code == 404
    assert sheets.manifest(found) == []
