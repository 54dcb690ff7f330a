"""Values over the map as a picture of hexagons: pure geometry, drawn by a template as SVG.

The picture is `SIDE` units wide; as on the large map, y grows downwards. Hexagons of one shade are
one path, so that a page has a dozen elements and not a thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIDE: Final = 1000.0
MARGIN: Final = 24.0
FEWEST, MOST = 10, 52
"""Hexagons across."""
WORKS: Final = 4
"""Works that a hexagon with any holds on average, or so, while there may be so many."""

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Frame:
    """How places of a map become places of the picture."""

    left: float
    top: float
    scale: float
    height: float
    """Of the picture; as wide as `SIDE`."""

    def x(self, value: float) -> float:
        """Units from the left."""
        return round(MARGIN + (value - self.left) * self.scale, 1)

    def y(self, value: float) -> float:
        """Units from the top."""
        return round(MARGIN + (value - self.top) * self.scale, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Which hexagon each work is in. Letters: N works, H hexagons."""

    of: Ints
    """(N,)"""
    x: Floats
    y: Floats
    """(H,) middles, in the picture."""
    radius: float

    def mean(self, values: Floats) -> Floats:
        """(H,) mean of the works of each that have a value; NaN where none has."""
        known = ~np.isnan(values)
        counts = np.bincount(self.of[known], minlength=len(self.x))
        sums = np.bincount(self.of[known], weights=values[known], minlength=len(self.x))
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def frame(x: Floats, y: Floats) -> Frame:
    """A picture that just holds all places."""
    width, height = (max(float(np.ptp(axis)), 1e-6) for axis in (x, y))
    scale = (SIDE - 2 * MARGIN) / max(width, height / 1.1)
    return Frame(float(x.min()), float(y.min()), scale, round(height * scale + 2 * MARGIN, 1))


def cells(on: Frame, x: Floats, y: Floats) -> Cells:
    """Deal the works out to hexagons whose point is up."""
    across = int(np.clip(np.sqrt(len(x) / WORKS) * 2.2, FEWEST, MOST))
    radius = (SIDE - 2 * MARGIN) / across / np.sqrt(3)
    px = MARGIN + (x - on.left) * on.scale
    py = MARGIN + (y - on.top) * on.scale
    column, row = _nearest(px / (np.sqrt(3) * radius), py / (1.5 * radius))
    keys, of = np.unique(np.stack((column, row), axis=1), axis=0, return_inverse=True)
    middle_x = (keys[:, 0] + 0.5 * (keys[:, 1] % 2)) * np.sqrt(3) * radius
    return Cells(of.reshape(-1), middle_x, keys[:, 1] * 1.5 * radius, float(radius))


def paths(found: Cells, shades: Ints, count: int) -> Sequence[str]:
    """The `d` of one SVG path for each of `count` shades; hexagons below 0 are not drawn."""
    angles = np.pi / 180 * (60 * np.arange(6) - 30)
    dx, dy = (0.97 * found.radius * turn(angles) for turn in (np.cos, np.sin))
    parts: list[list[str]] = [[] for _ in range(count)]
    for x, y, shade in zip(found.x, found.y, shades.tolist(), strict=True):
        if shade >= 0:
            points = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in zip(dx, dy, strict=True))
            parts[shade].append(f"M{points}z")
    return ["".join(each) for each in parts]


def by_rank(values: Floats, count: int) -> Ints:
    """(H,) shades 0 to count - 1 with about as many hexagons each; -1 for NaN."""
    shades = np.full(len(values), -1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    shades[order] = np.arange(len(order)) * count // max(len(order), 1)
    return shades


def by_step(values: Floats, steps: Sequence[float]) -> Ints:
    """(H,) how many of the ascending `steps` each value reaches; -1 for NaN."""
    shades = np.searchsorted(np.asarray(steps), np.nan_to_num(values), side="right")
    return np.where(np.isnan(values), -1, shades).astype(np.int64)


def _nearest(column: Floats, row: Floats) -> tuple[Ints, Ints]:
    """The hexagon whose middle is nearest, of the rows below and above each point.

    `column` in widths and `row` in row heights; odd rows are shifted by half a width.
    """
    (low, near), (high, far) = (_in_row(column, row, np.floor(row) + step) for step in (0, 1))
    columns, rows = np.where(near <= far, low, high)
    return columns, rows


def _in_row(column: Floats, row: Floats, at: Floats) -> tuple[Ints, Floats]:
    """Column and row (2, N) of the nearest hexagon in a row, and the squared distance (N,)."""
    shift = 0.5 * (at % 2)
    nearest = np.round(column - shift)
    # In radii a hexagon is as wide as the root of 3, and a row 1.5 high.
    distance = 3 * (column - shift - nearest) ** 2 + 2.25 * (row - at) ** 2
    return np.stack((nearest, at)).astype(np.int64), distance
