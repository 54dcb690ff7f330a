"""Neighbourhoods of a map, coarse to fine, each of which lies whole in one of the next coarser.

Ward's method (1963) on the map, where only neighbours may join (scikit-learn), gives one tree; the
layers are cuts through it. What other methods do with real paintings is in docs/atlas.md.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.cluster import ward_tree

from artrec.atlas.neighbours import Floats, Ints, nearest

_JOINING: Final = 15
_FINEST: Final = 40
"""Works in a neighbourhood of the finest layer, on the whole."""
_MOST: Final = 600
_COARSEST: Final = 8
_STEP: Final = 4
"""Parts of a neighbourhood in the next finer layer, on the whole."""


def counts(works: int) -> list[int]:
    """Neighbourhoods in each layer of a collection, coarse to fine; 2 to 4 layers."""
    finest = int(np.clip(works // _FINEST, 6, _MOST))
    found = [finest]
    while len(found) < 4 and found[0] > _COARSEST:
        found.insert(0, max(4, min(found[0] - 1, round(found[0] / _STEP))))
    if len(found) < 2:
        found.insert(0, max(2, finest // 2))
    return [min(count, works) for count in found]


def layers(vectors: Floats, points: Floats, *, seed: int = 0) -> list[Ints]:
    """Neighbourhood 0, 1, ... of each of N works in each of 2 to 4 layers, coarse to fine.

    Args:
        vectors: (N, D) the looks.
        points: (N, 2) the map of `projection.project`.
        seed: Equal seeds give equal neighbourhoods.
    """
    sizes = counts(len(points))
    if len(points) < 3:
        return [np.zeros(len(points), dtype=np.int64) for _ in sizes]
    tree = _tree(points)
    return [_cut(tree, len(points), size) for size in sizes]


def _tree(points: Floats) -> NDArray[np.int64]:
    """Merges (N - 1, 2) of Ward's method, the first merge first."""
    count = len(points)
    found, _ = nearest(points, min(_JOINING, count - 1))
    # A chain from west to east besides, so that far islands can join in the end.
    east = np.argsort(points[:, 0], kind="stable")
    rows = np.concatenate([np.repeat(np.arange(count), found.shape[1]), east[:-1]])
    columns = np.concatenate([found.ravel(), east[1:]])
    graph = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    children, *_ = ward_tree(points, connectivity=graph.maximum(graph.T))
    return np.asarray(children, dtype=np.int64)


def _cut(tree: NDArray[np.int64], count: int, clusters: int) -> Ints:
    """Labels (N,) once all but the last merges are done, numbered by size, largest first."""
    parent = np.arange(2 * count - 1)
    merges = tree[: count - clusters]
    parent[merges.ravel()] = np.repeat(count + np.arange(len(merges)), 2)
    for node in range(count + len(merges) - 1, -1, -1):  # parents have the higher numbers
        parent[node] = parent[parent[node]]
    _, labels, sizes = np.unique(parent[:count], return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.asarray(rank[labels], dtype=np.int64)
