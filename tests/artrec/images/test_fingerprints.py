"""Fingerprints of pictures that lie on the table in all eight ways."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from artrec.errors import ShapeError
from artrec.images.fingerprints import LENGTH, TURNS, distance, fingerprint, turn, turned


def speckled(seed: int, size: tuple[int, int] = (97, 61)) -> Image.Image:
    """Soft spots, nowhere symmetrical."""
    small = np.random.default_rng(seed).integers(0, 256, (7, 11, 3)).astype(np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


@pytest.mark.parametrize("number", range(TURNS))
def test_the_bits_of_a_turned_picture_follow_from_those_of_the_upright_one(number: int) -> None:
    picture = speckled(1)

    expected = fingerprint(turn(picture, number))

    assert distance(turned(fingerprint(picture))[number], expected) <= 4


@pytest.mark.parametrize("number", range(TURNS))
def test_each_turn_is_undone_by_one_of_the_eight(number: int) -> None:
    bits = fingerprint(speckled(2))

    again = [turned(way)[number] for way in turned(bits)]

    assert sum(distance(way, bits) == 0 for way in again) == 1


def test_a_picture_saved_small_keeps_its_bits_and_another_has_others() -> None:
    bits = fingerprint(speckled(3, (480, 300)))

    assert distance(bits, fingerprint(speckled(3, (480, 300)).resize((120, 75)))) < 40
    assert distance(bits, fingerprint(speckled(4, (480, 300)))) > 70


def test_what_is_no_fingerprint_is_refused() -> None:
    with pytest.raises(ShapeError, match=f"shape \\({LENGTH},\\), not \\(64,\\)"):
        turned(np.zeros(64, bool))
