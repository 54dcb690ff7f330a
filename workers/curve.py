"""The order of points along a Hilbert curve: who is near in it is near on the plane."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

ORDER: Final = 12
"""The square is cut into 2^12 by 2^12 cells."""


def along(points: NDArray[Any]) -> NDArray[np.int64]:
    """Return the rows of points (N, 2) in [-1, 1] in their order along the curve (Hilbert 1891).

    Two points of one cell keep their order.
    """
    side = 1 << ORDER
    cells = np.clip(((np.asarray(points, np.float64) + 1) / 2 * side).astype(np.int64), 0, side - 1)
    x, y = cells[:, 0].copy(), cells[:, 1].copy()
    distance = np.zeros(len(x), np.int64)
    step = side >> 1
    while step:
        right, up = (x & step) > 0, (y & step) > 0
        distance += step * step * ((3 * right) ^ up)
        # Turn the quadrant, so that the curve enters it where it left the one before.
        mirrored = ~up & right
        x[mirrored], y[mirrored] = side - 1 - x[mirrored], side - 1 - y[mirrored]
        x[~up], y[~up] = y[~up], x[~up]
        step >>= 1
    return np.argsort(distance, kind="stable")
