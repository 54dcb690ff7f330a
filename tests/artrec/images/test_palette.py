"""Colours found in known pictures, and CIELAB against published values."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from artrec.images import lab_from_hex, palette, to_lab
from tests.artrec.images.pictures import painting


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        # Bruce Lindbloom's calculator, sRGB, D65.
        ("#ffffff", (100.0, 0.0, 0.0)),
        ("#000000", (0.0, 0.0, 0.0)),
        ("#ff0000", (53.24, 80.09, 67.20)),
        ("#00ff00", (87.73, -86.18, 83.18)),
        ("#0000ff", (32.30, 79.19, -107.86)),
        ("#808080", (53.59, 0.0, 0.0)),
        ("#050505", (1.37, 0.0, 0.0)),
    ],
)
def test_lab_of_known_colours(colour: str, lab: tuple[float, float, float]) -> None:
    assert lab_from_hex(colour) == pytest.approx(lab, abs=0.02)


def test_lab_of_an_array_is_the_lab_of_each_pixel() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (3, 4, 3), dtype=np.uint8)

    lab = to_lab(rgb)

    assert lab.shape == (3, 4, 3)
    assert lab.dtype == np.float32
    for at in np.ndindex(3, 4):
        assert lab[at].tolist() == pytest.approx(lab_from_hex("#" + rgb[at].tobytes().hex()))


@pytest.mark.parametrize("wrong", ["", "fff", "#fff", "#gggggg", "ffffff0"])
def test_what_is_no_colour_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"six hex digits|hexadecimal"):
        lab_from_hex(wrong)


def test_flat_fields_are_found_with_their_shares() -> None:
    picture = Image.new("RGB", (960, 960), "#1b3a5c")
    picture.paste((230, 200, 40), (0, 0, 240, 960))
    picture.paste((200, 30, 30), (240, 0, 360, 960))

    found = palette(picture)

    assert [swatch.hex for swatch in found] == ["#1b3a5c", "#e6c828", "#c81e1e"]
    assert [swatch.share for swatch in found] == pytest.approx([0.625, 0.25, 0.125])
    assert [swatch.lab for swatch in found] == [lab_from_hex(swatch.hex) for swatch in found]


def test_when_few_are_asked_the_largest_are_kept_pure() -> None:
    picture = Image.new("RGB", (960, 960), "#1b3a5c")
    picture.paste((230, 200, 40), (0, 0, 240, 960))
    picture.paste((200, 30, 30), (240, 0, 360, 960))

    found = palette(picture, 2)

    assert [swatch.hex for swatch in found] == ["#1b3a5c", "#e6c828"]
    assert sum(swatch.share for swatch in found) == pytest.approx(1)


def test_hardly_different_colours_are_one_swatch() -> None:
    picture = Image.new("RGB", (100, 100), (120, 120, 120))
    picture.paste((126, 120, 116), (0, 0, 50, 100))

    assert len(palette(picture)) == 1


@pytest.mark.parametrize("colours", [1, 3, 6])
def test_a_palette_is_sorted_distinct_whole_and_not_longer_than_asked(colours: int) -> None:
    found = palette(painting(300, 200), colours)

    shares = [swatch.share for swatch in found]
    assert 1 <= len(found) <= colours
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    for i, a in enumerate(found):
        assert all(np.linalg.norm(np.subtract(a.lab, b.lab)) > 8 for b in found[:i])


def test_the_same_picture_always_gives_the_same_palette() -> None:
    assert palette(painting(200, 100)) == palette(painting(200, 100))


def test_a_small_grey_picture_has_one_colour() -> None:
    assert [swatch.hex for swatch in palette(Image.new("RGB", (16, 16), "#777777"))] == ["#777777"]
