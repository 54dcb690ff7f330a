"""Fingerprints: 256 bits that tell which pictures look the same, turned or mirrored or not.

The perceptual hash of Zauner (2010, "Implementation and Benchmarking of Perceptual Image Hash
Functions") with four times as many bits, and with signs instead of a comparison with the median:
so that the fingerprint of a turned or mirrored picture follows from the bits alone. Imports SciPy;
import it on its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

from artrec.errors import ShapeError

Bits = NDArray[np.bool_]
"""(256,) bool: signs of the 16 x 16 lowest DCT terms, row by row."""

SIDE: Final = 16
LENGTH: Final = SIDE * SIDE
TURNS: Final = 8
"""Ways to lay a picture on a table: four quarter turns of it and of its mirror image."""

_GREY_SIDE: Final = 64


def fingerprint(image: Image.Image) -> Bits:
    """(256,) bits of `image`: which of the lowest DCT terms of its 64 x 64 grey are positive.

    Survives recompression, scaling, and changes of brightness and colour; not cropping.
    """
    size = (_GREY_SIDE, _GREY_SIDE)
    grey = image.convert("L").resize(size, Image.Resampling.BOX, reducing_gap=None)
    terms = dctn(np.asarray(grey, np.float32), norm="ortho")[:SIDE, :SIDE]
    terms[0, 0] = 0  # the mean brightness says nothing
    return np.asarray(terms > 0).reshape(-1)


def turned(bits: Bits) -> NDArray[np.bool_]:
    """(8, 256) fingerprints of the picture in each way it can lie, the upright one first.

    Number 1 is mirrored left to right, 2 top to bottom, 3 both (half a turn); 4 to 7 are the same
    four of the picture whose rows became columns.

    Raises:
        ShapeError: If `bits` has another shape than (256,).
    """
    if bits.shape != (LENGTH,):
        raise ShapeError(f"A fingerprint has shape ({LENGTH},), not {bits.shape}.")
    upright = bits.reshape(SIDE, SIDE)
    known = np.ones((SIDE, SIDE), bool)
    known[0, 0] = False  # was set to 0, has no sign to change
    odd = np.arange(SIDE) % 2 == 1
    across, down = known & odd[None, :], known & odd[:, None]
    flips = (np.zeros_like(known), across, down, across ^ down)
    ways = [grid ^ flip for grid in (upright, upright.T) for flip in flips]
    return np.stack(ways).reshape(TURNS, LENGTH)


def turn(image: Image.Image, number: int) -> Image.Image:
    """Lay `image` in way `number` of `turned`."""
    if number >= TURNS // 2:
        image = image.transpose(Image.Transpose.TRANSPOSE)
    if number % 2:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if number % 4 >= 2:
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return image


def distance(a: Bits, b: Bits) -> int:
    """Differing bits of two fingerprints, 0..255; 128 is chance."""
    return int(np.count_nonzero(a != b))
