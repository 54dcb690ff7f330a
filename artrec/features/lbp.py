"""Local binary patterns: which small textures a picture is made of, as a 59-bin histogram.

Ojala, Pietikäinen, Mäenpää, "Multiresolution gray-scale and rotation invariant texture
classification with local binary patterns", TPAMI 2002, https://doi.org/10.1109/TPAMI.2002.1017623,
in its uniform form that keeps direction: 58 patterns with at most two changes around the
circle, and one bin for the rest.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

NEIGHBOURS: Final = 8
BINS: Final = 59


def luma(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Brightness as the eye weighs it (BT.601), (H, W, 3) uint8 -> (H, W) in [0, 255].

    Raises:
        ShapeError: If `rgb` is not such an array.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ShapeError(f"Expected an RGB array (H, W, 3) uint8, got {rgb.dtype} {rgb.shape}.")
    # Whole thousandths first, so that equal colours give exactly equal brightness.
    weights = np.array([299, 587, 114], np.int32)
    return (rgb.astype(np.int32) @ weights) / 1000


def lbp_histogram(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Share of pixels per local pattern.

    Eight neighbours at radius 1, the diagonal ones interpolated; a neighbour counts as set if
    it is at least as bright as the centre. Border pixels have no full circle and are left out.

    Args:
        rgb: (H, W, 3) uint8, both sides at least 3.

    Returns:
        (59,) float32, sums to 1. The last bin counts patterns with more than two changes.

    Raises:
        ShapeError: If the array is not an RGB picture of that size.
    """
    grey = luma(rgb)
    height, width = grey.shape
    if height < 3 or width < 3:
        raise ShapeError(f"Local patterns need at least 3 x 3 pixels, got {width} x {height}.")

    def shifted(dy: int, dx: int) -> NDArray[np.float64]:
        # Differences, not values: they stay exactly 0 on flat ground when interpolated.
        return grey[1 + dy : height - 1 + dy, 1 + dx : width - 1 + dx] - grey[1:-1, 1:-1]

    codes = np.zeros((height - 2, width - 2), np.uint8)
    for bit, (dy, dx) in enumerate(_CIRCLE):
        if dy == 0 or dx == 0:
            difference = shifted(dy, dx)
        else:
            near, far = _DIAGONAL * (1 - _DIAGONAL), _DIAGONAL**2
            difference = near * (shifted(dy, 0) + shifted(0, dx)) + far * shifted(dy, dx)
        codes |= (difference >= 0).astype(np.uint8) << np.uint8(bit)
    counts = np.bincount(codes.ravel(), minlength=256)
    histogram = np.bincount(_BIN_OF_CODE, weights=counts, minlength=BINS) / codes.size
    return histogram.astype(np.float32)


# Neighbours in circular order, from the right, anticlockwise.
_CIRCLE: Final = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))
_DIAGONAL: Final = float(np.sqrt(0.5))  # offset of a diagonal neighbour at radius 1


def _bin_of_code() -> NDArray[np.int64]:
    """Bin of each of the 256 codes: uniform ones by rising code, then one for all others."""
    codes = np.arange(256)
    bits = codes[:, None] >> np.arange(NEIGHBOURS) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    uniform = changes <= 2
    return np.where(uniform, np.cumsum(uniform) - 1, BINS - 1)


_BIN_OF_CODE: Final = _bin_of_code()
