"""Feature maps: what a network saw in each cell of a grid over the picture, before pooling.

Attention over the cells of a picture (ACF) needs them. A stored row holds cell after cell, line by
line from the top left; the family's name says how large the grid is ("resnet50/map7").

Letters used in shapes: N pictures, G cells on a side, D dimensions of a cell.
"""

from __future__ import annotations

import re
from typing import Any, Final

from numpy.typing import NDArray

from artrec.errors import FeatureError, ShapeError

LARGEST: Final = 7
"""Cells on a side of the last map of a convolutional network at 224 pixels; finer grids would only
repeat cells."""

_MARKER: Final = re.compile(r"map(\d+)")


def grid_of(marker: str) -> int | None:
    """G of "mapG", None for any other text. Raises FeatureError if G is not 1 to LARGEST."""
    found = _MARKER.fullmatch(marker)
    if found is None:
        return None
    grid = int(found[1])
    if not 1 <= grid <= LARGEST:
        raise FeatureError(f"{marker!r}: a map has 1 to {LARGEST} cells on a side.")
    return grid


def as_map(family: str, matrix: NDArray[Any]) -> NDArray[Any]:
    """(N, G*G, D), a view, of a family that holds maps; any other family stays (N, D).

    Raises ShapeError if the columns do not divide into G*G cells.
    """
    grid = grid_of(family.rpartition("/")[2])
    if grid is None:
        return matrix
    if matrix.ndim != 2 or matrix.shape[1] % grid**2:
        raise ShapeError(
            f"Family {family!r} must be (N, {grid**2} * D), {grid} x {grid} cells; it is "
            f"{matrix.shape}."
        )
    return matrix.reshape(len(matrix), grid**2, -1)
