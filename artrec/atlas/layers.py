"""Neighbourhoods of a map, coarse to fine, each of which lies whole in one of the next coarser.

The finest are cells of k-means on the map; Ward's method (1963) joins their centres to the coarser
ones. From former neighbourhoods k-means starts at their centres and the joins are kept: a
collection that grows keeps its neighbourhoods, and with them the names a curator gave. How well is
measured in docs/atlas.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans

from artrec.atlas.neighbours import Floats, Ints
from artrec.errors import ShapeError

_FINEST: Final = 40
"""Works in a neighbourhood of the finest layer, on the whole."""
_MOST: Final = 600
_COARSEST: Final = 8
_STEP: Final = 4
"""Parts of a neighbourhood in the next finer layer, on the whole."""
_ROUNDS: Final = 5
"""Of k-means from former centres: enough to follow the works, too few to wander."""
_OUTGROWN: Final = 1.6
"""Former neighbourhoods serve until their number is wrong by this factor."""


def counts(works: int) -> list[int]:
    """Neighbourhoods in each layer of a collection, coarse to fine; 2 to 4 layers."""
    finest = int(np.clip(works // _FINEST, 6, _MOST))
    found = [finest]
    while len(found) < 4 and found[0] > _COARSEST:
        found.insert(0, max(4, min(found[0] - 1, round(found[0] / _STEP))))
    if len(found) < 2:
        found.insert(0, max(2, finest // 2))
    return [min(count, works) for count in found]


def layers(
    vectors: Floats,
    points: Floats,
    *,
    seed: int = 0,
    former: Sequence[NDArray[np.integer]] | None = None,
) -> list[Ints]:
    """Neighbourhood 0, 1, ... of each of N works in each of 2 to 4 layers, coarse to fine.

    Args:
        vectors: (N, D) the looks; works that look the same have one neighbourhood.
        points: (N, 2) the map of `projection.project`.
        seed: Equal seeds give equal neighbourhoods.
        former: For each layer of the map before, the neighbourhood (N,) of each work, -1 where it
            had none. They are kept as far as the new map allows, unless the collection has outgrown
            their number.

    Raises:
        ShapeError: If there are not as many vectors, points and former neighbourhoods.
    """
    count = len(points)
    if len(vectors) != count or any(len(layer) != count for layer in former or ()):
        raise ShapeError(f"{count} points need as many vectors and former neighbourhoods.")
    wanted = counts(count)
    if former is not None and _still_fit(former, wanted[-1]):
        return _grown(points, former)
    distinct = len(np.unique(points, axis=0))
    sizes = [min(size, distinct) for size in wanted]
    cells, centres = _cells(points, sizes[-1], seed=seed)
    found = [_by_size(cells)]
    tree = linkage(centres, method="ward") if len(centres) > 1 else None
    for size in reversed(sizes[:-1]):
        joined = fcluster(tree, size, criterion="maxclust") - 1 if tree is not None else np.zeros(1)
        found.insert(0, _by_size(joined.astype(np.int64)[cells]))
    return found


def _still_fit(former: Sequence[NDArray[np.integer]], wanted: int) -> bool:
    there = len(set(former[-1][former[-1] >= 0].tolist())) if len(former) else 0
    return there > 1 and max(there / wanted, wanted / there) < _OUTGROWN


def _grown(points: Floats, former: Sequence[NDArray[np.integer]]) -> list[Ints]:
    """Cells from the centres of the former ones, joined as those were."""
    known = former[-1] >= 0
    _, first, cells = np.unique(former[-1][known], return_index=True, return_inverse=True)
    sums = np.zeros((len(first), 2))
    np.add.at(sums, cells, points[known])
    centres = sums / np.bincount(cells)[:, None]
    found, _ = _cells(points, len(centres), start=centres)
    return [_by_size(np.asarray(layer[known][first][found], dtype=np.int64)) for layer in former]


def _cells(
    points: Floats, count: int, *, seed: int = 0, start: NDArray[np.float64] | None = None
) -> tuple[Ints, NDArray[np.float64]]:
    """Cells (N,) of k-means on the map and their centres; few rounds from a given start."""
    rounds = 300 if start is None else _ROUNDS
    first = "k-means++" if start is None else start
    model = KMeans(count, init=first, n_init=1, max_iter=rounds, random_state=seed)
    model.fit(points.astype(np.float64))
    return np.asarray(model.labels_, dtype=np.int64), model.cluster_centers_


def _by_size(labels: Ints) -> Ints:
    """The same neighbourhoods, numbered by size, the largest first."""
    _, numbered, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.asarray(rank[numbered], dtype=np.int64)
