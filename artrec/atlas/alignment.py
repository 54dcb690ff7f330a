"""A new map laid over an old one: turned, mirrored, scaled and shifted, never bent.

Ordinary Procrustes analysis (Gower 1975) over the works that both maps show. What remains between
the two places of a work is its drift.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artrec.atlas.neighbours import Floats
from artrec.errors import ShapeError


def align(
    points: Floats, to: Floats, shared: NDArray[np.integer]
) -> tuple[Floats, NDArray[np.float32]]:
    """Move a map as a whole so that the works it shares with another lie as near as can be.

    Args:
        points: (N, 2) the map to move.
        to: (M, 2) the map that stays.
        shared: (S, 2) a row of each for every work that both show.

    Returns:
        All points moved (N, 2), and the drift (S,) of each shared work in units of `to`. With fewer
        than two shared works, or where all of them lie in one place, the map is only shifted, or
        left as it is if there are none.

    Raises:
        ShapeError: If the pairs are not (S, 2).
    """
    if shared.ndim != 2 or shared.shape[1] != 2:
        raise ShapeError(f"Shared works are pairs of rows, (S, 2); got {shared.shape}.")
    if not len(shared):
        return points.copy(), np.zeros(0, dtype=np.float32)
    mine = np.asarray(points[shared[:, 0]], dtype=np.float64)
    theirs = np.asarray(to[shared[:, 1]], dtype=np.float64)
    my_middle, their_middle = mine.mean(axis=0), theirs.mean(axis=0)
    left, singular, right = np.linalg.svd((mine - my_middle).T @ (theirs - their_middle))
    spread = float(np.square(mine - my_middle).sum())
    if spread > 0 and singular.sum() > 0:
        turn = (left @ right) * (singular.sum() / spread)
    else:
        turn = np.eye(2)
    moved = (points - my_middle) @ turn + their_middle
    drift = np.linalg.norm(moved[shared[:, 0]] - theirs, axis=1)
    return moved.astype(np.float32), drift.astype(np.float32)
