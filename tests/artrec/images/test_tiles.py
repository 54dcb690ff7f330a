"""A picture in tiles: all that is promised is there, nothing twice, and it is the picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from artrec.images.tiles import PREVIEW, TILE, info, levels, make_tiles

SHAPES = [(512, 512), (513, 20), (1300, 900), (2049, 600), (600, 4100), (4097, 3000)]


def gradient(width: int, height: int) -> Image.Image:
    """Red grows to the right, green downwards."""
    x = np.linspace(0, 255, width, dtype=np.uint8)
    y = np.linspace(0, 255, height, dtype=np.uint8)
    return Image.fromarray(np.stack(np.broadcast_arrays(x, y[:, None], np.uint8(90)), axis=-1))


def wanted(width: int, height: int) -> set[tuple[str, str]]:
    """What a viewer asks for, by the formulas of the specification's implementation notes."""
    told = info(width, height, address="https://example.org/iiif/a")
    names = {("full", "max")} | {("full", f"{s['width']},{s['height']}") for s in told["sizes"]}
    (tiles,) = told["tiles"]
    for scale in tiles["scaleFactors"]:
        step = tiles["width"] * scale
        for x in range(0, width, step):
            for y in range(0, height, step):
                wide, high = min(step, width - x), min(step, height - y)
                whole = (wide, high) == (width, height)
                region = "full" if whole else f"{x},{y},{wide},{high}"
                names.add((region, f"{-(-wide // scale)},{-(-high // scale)}"))
    return names


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_every_file_that_a_viewer_may_ask_for_is_made_once(width: int, height: int) -> None:
    made = [(tile.region, tile.size) for tile in make_tiles(gradient(width, height))]

    assert len(made) == len(set(made))
    assert set(made) == wanted(width, height)


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_files_have_the_size_in_their_name_and_show_their_region(width: int, height: int) -> None:
    for tile in make_tiles(gradient(width, height)):
        image = Image.open(io.BytesIO(tile.data))

        assert image.format == "JPEG"
        if tile.size != "max":
            assert image.size == tuple(map(int, tile.size.split(",")))
        x, y, wide, high = (
            (0, 0, width, height) if tile.region == "full" else map(int, tile.region.split(","))
        )
        red, green, blue = np.asarray(image, dtype=float).mean(axis=(0, 1))
        assert red == pytest.approx(255 * (x + wide / 2) / width, abs=4)
        assert green == pytest.approx(255 * (y + high / 2) / height, abs=4)
        assert blue == pytest.approx(90, abs=4)


def test_the_pyramid_ends_with_a_single_tile() -> None:
    pyramid = levels(8001, 6003)

    assert [level.scale for level in pyramid] == [1, 2, 4, 8, 16]
    assert (pyramid[-1].width, pyramid[-1].height) == (501, 376)
    assert max(pyramid[-1].width, pyramid[-1].height) <= TILE


def test_the_description_is_a_level_0_image_service_of_version_3() -> None:
    told = info(8001, 6003, address="https://example.org/iiif/a")

    assert told["@context"] == "http://iiif.io/api/image/3/context.json"
    assert (told["id"], told["type"]) == ("https://example.org/iiif/a", "ImageService3")
    assert (told["protocol"], told["profile"]) == ("http://iiif.io/api/image", "level0")
    assert (told["width"], told["height"]) == (8001, 6003)
    assert told["sizes"][-1] == {"width": PREVIEW, "height": 1537}


def test_no_metadata_of_the_picture_gets_into_a_tile() -> None:
    image = gradient(700, 300)
    image.info = {"comment": b"where it was taken", "icc_profile": b"secret"}

    assert not any(b"taken" in tile.data or b"secret" in tile.data for tile in make_tiles(image))
