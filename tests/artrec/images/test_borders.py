"""What is a border, and what is the picture's own ground."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from artrec.images.borders import without_border
from benchmarks.changes import recompressed


@pytest.fixture
def speckled() -> Image.Image:
    """160 x 120 pixels of coloured fields, none of them white."""
    fields = np.random.default_rng(5).integers(0, 200, (6, 8, 3), np.uint8)
    return Image.fromarray(fields).resize((160, 120), Image.Resampling.NEAREST)


@pytest.mark.parametrize("colour", ["white", "black", "#8c7f70"])
def test_a_border_is_left_out_and_a_line_or_two_with_it(colour: str, speckled: Image.Image) -> None:
    bordered = recompressed(ImageOps.expand(speckled, (20, 12, 16, 24), colour), 90)

    box = without_border(bordered)

    assert box == pytest.approx((22, 14, 178, 130), abs=3)
    left, top, right, bottom = box
    assert min(left - 20, top - 12, 180 - right, 132 - bottom) >= 0


def test_the_border_of_a_large_scan_is_found_as_well(speckled: Image.Image) -> None:
    large = speckled.resize((3200, 2400), Image.Resampling.NEAREST)

    box = without_border(ImageOps.expand(large, 150, "white"))

    assert box == pytest.approx((153, 153, 3347, 2547), abs=6)


def test_a_picture_without_a_border_is_left_whole(speckled: Image.Image) -> None:
    assert without_border(speckled) == (0, 0, 160, 120)


def test_an_even_ground_on_one_side_is_no_border(speckled: Image.Image) -> None:
    sky = ImageOps.expand(speckled, (0, 20, 0, 0), "white")

    assert without_border(sky) == (0, 0, 160, 140)


def test_what_fades_into_the_picture_is_no_border() -> None:
    across = 255 - np.abs(np.linspace(-60, 60, 200))
    faded = np.minimum(across[None, :], across[:, None]).astype(np.uint8)

    assert without_border(Image.fromarray(faded).convert("RGB")) == (0, 0, 200, 200)


def test_a_small_motif_on_a_large_ground_keeps_its_ground(speckled: Image.Image) -> None:
    alone = ImageOps.expand(speckled, 120, "white")

    assert without_border(alone) == (0, 0, *alone.size)


@pytest.mark.parametrize("size", [(16, 320), (90, 60)])
def test_an_even_picture_has_no_border(size: tuple[int, int]) -> None:
    assert without_border(Image.new("RGB", size, "white")) == (0, 0, *size)


def test_a_scroll_of_which_nothing_would_be_left_is_left_whole() -> None:
    pixels = np.full((60, 13, 3), 255, np.uint8)
    pixels[10:-10, 3:-3] = 235
    pixels[10:15, 3:-3] = pixels[-15:-10, 3:-3] = pixels[10:-10, 6] = 20

    assert without_border(Image.fromarray(pixels)) == (0, 0, 13, 60)
