"""What colours a picture has and where: a soft CIELAB histogram and a coarse layout grid.

Both work in CIELAB, where equal distances look about equally different. The histogram is
spread over neighbouring bins so that a slightly warmer print of the same picture stays near.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.images.palette import to_lab

# Bin centres. Paintings rarely leave ±60 in a and b; what does is counted in the outer bins.
_LIGHTNESS: Final = (10.0, 30.0, 50.0, 70.0, 90.0)
_OPPONENT: Final = (-50.0, -25.0, 0.0, 25.0, 50.0)
GRID: Final = 4
HISTOGRAM_BINS: Final = len(_LIGHTNESS) * len(_OPPONENT) ** 2
DIM: Final = HISTOGRAM_BINS + GRID * GRID * 3


def colour_features(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Square root of the soft histogram, then the mean Lab colour of each grid cell.

    The square root makes the inner product of two histograms their Bhattacharyya
    coefficient, which is less ruled by the largest bin than plain cosine.

    Args:
        rgb: (H, W, 3) uint8, both sides at least 4.

    Returns:
        (173,) float32: 125 bins ordered by L, a, b with unit length, then 16 cells by row, each
        L, a, b divided by 100.

    Raises:
        ShapeError: If the array is not an RGB picture of that size.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or min(rgb.shape[:2]) < GRID or rgb.dtype != np.uint8:
        raise ShapeError(
            f"Expected an RGB array of at least {GRID} x {GRID} pixels (H, W, 3) uint8, "
            f"got {rgb.dtype} {rgb.shape}."
        )
    lab = to_lab(rgb)
    histogram = np.sqrt(soft_histogram(lab))
    return np.concatenate([histogram, layout(lab).ravel() / 100]).astype(np.float32)


def soft_histogram(lab: NDArray[np.float32]) -> NDArray[np.float64]:
    """Share of pixels per colour, each pixel split over its eight nearest bins.

    Args:
        lab: (H, W, 3), L in [0, 100].

    Returns:
        (125,) float64, sums to 1.
    """
    pixels = lab.reshape(-1, 3)
    axes = (_LIGHTNESS, _OPPONENT, _OPPONENT)
    lows, fractions = [], []
    for axis, centres in enumerate(axes):
        place = (pixels[:, axis] - centres[0]) / (centres[1] - centres[0])
        place = np.clip(place, 0, len(centres) - 1)
        low = np.minimum(place.astype(np.int64), len(centres) - 2)
        lows.append(low)
        fractions.append(place - low)
    histogram = np.zeros(HISTOGRAM_BINS)
    for corner in np.ndindex(2, 2, 2):
        index = np.zeros(len(pixels), np.int64)
        weight = np.ones(len(pixels))
        for axis, step in enumerate(corner):
            index = index * len(axes[axis]) + lows[axis] + step
            weight *= fractions[axis] if step else 1 - fractions[axis]
        histogram += np.bincount(index, weights=weight, minlength=HISTOGRAM_BINS)
    return histogram / len(pixels)


def layout(lab: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean colour of each cell of a 4 x 4 grid over the picture, (H, W, 3) -> (4, 4, 3)."""
    rows = np.linspace(0, lab.shape[0], GRID + 1).astype(np.int64)
    columns = np.linspace(0, lab.shape[1], GRID + 1).astype(np.int64)
    sums = np.add.reduceat(lab, rows[:-1], axis=0, dtype=np.float64)
    sums = np.add.reduceat(sums, columns[:-1], axis=1)
    areas = np.outer(np.diff(rows), np.diff(columns))
    cells: NDArray[np.float64] = sums / areas[:, :, None]
    return cells
