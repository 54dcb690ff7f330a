"""Perceptual hashes: the same for the same picture, far apart for others."""

from __future__ import annotations

import io
import itertools

import pytest
from PIL import Image

from artrec.images.hashes import hamming, perceptual_hash
from tests.artrec.images.pictures import encode, painting


def test_a_hash_is_sixteen_hex_digits() -> None:
    assert int(perceptual_hash(painting()), 16) >= 0
    assert len(perceptual_hash(painting())) == 16


@pytest.mark.parametrize("quality", [30, 90])
@pytest.mark.parametrize("size", [(96, 64), (300, 200), (1200, 800)])
def test_recompressed_and_resized_copies_are_found(quality: int, size: tuple[int, int]) -> None:
    picture = painting(600, 400)

    copy = Image.open(io.BytesIO(encode(picture.resize(size), "JPEG", quality=quality)))

    assert hamming(perceptual_hash(picture), perceptual_hash(copy)) <= 4


def test_different_pictures_are_far_apart() -> None:
    hashes = [perceptual_hash(painting(seed=seed)) for seed in range(12)]

    assert min(hamming(a, b) for a, b in itertools.combinations(hashes, 2)) > 10


def test_hamming_counts_bits() -> None:
    assert hamming("0" * 16, "f" * 16) == 64
    assert hamming("0" * 16, "0" * 15 + "5") == 2


@pytest.mark.parametrize("wrong", ["", "abc", "0" * 17, "x" * 16])
def test_what_is_no_hash_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"16 hex digits|invalid literal"):
        hamming(wrong, "0" * 16)
