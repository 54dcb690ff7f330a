"""A walk from one work to another in which each picture follows from the one before.

The shortest path over the graph of nearest neighbours, where a step costs a power of its length:
then many small steps are cheaper than few large ones, and the walk keeps to where works are.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from artrec.atlas.neighbours import Floats, Ints, checked, nearest
from artrec.errors import ShapeError

CORRIDOR: Final = 4000
"""Works that a walk may lead over: those with the shortest way round by them."""
NEIGHBOURS: Final = 15
POWER: Final = 3.0
"""A step costs its length to this power. With 1 the way would be direct, whatever its leaps."""


def walk(vectors: NDArray[np.floating], start: int, end: int, steps: int) -> Ints:
    """Rows of works that lead from one to another in small steps, both included.

    Args:
        vectors: (N, D), compared by Euclidean distance.
        start: Row of the first work.
        end: Row of the last, another one.
        steps: Works wanted, 2 or more.

    Returns:
        At most `steps` rows, none twice. There are fewer where no work lies between those there
        are. One pass over all vectors, then 4,000 works at most: a fraction of a second.

    Raises:
        ShapeError: If there is no such row, start and end are one, or fewer than two steps asked.
    """
    rows = checked(vectors)
    if not (0 <= start < len(rows) and 0 <= end < len(rows)) or start == end or steps < 2:
        raise ShapeError(
            f"A walk needs two different works of {len(rows)} and two steps or more; "
            f"got {start}, {end} and {steps}."
        )
    round_by = _apart(rows, rows[start]) + _apart(rows, rows[end])
    round_by[[start, end]] = -1  # always within, and first
    within = np.argsort(round_by, kind="stable")[:CORRIDOR]
    first, last = (int(np.flatnonzero(within == work)[0]) for work in (start, end))
    corridor = rows[within]
    way = _shortest(_graph(corridor), first, last)
    way = _thinned(corridor, way, steps) if len(way) > steps else _filled(corridor, way, steps)
    return np.asarray(within[way], dtype=np.int64)


def _apart(vectors: Floats, work: Floats) -> Floats:
    return np.asarray(np.linalg.norm(vectors - work, axis=1), dtype=np.float32)


def _graph(vectors: Floats) -> csr_matrix:
    """Cost (N, N) of a step between neighbours."""
    count = len(vectors)
    found, distances = nearest(vectors, min(NEIGHBOURS, count - 1))
    # A chain through all works besides, so that there is a way even between far groups.
    chain = np.argsort(vectors @ (vectors[-1] - vectors[0]), kind="stable")
    links = np.linalg.norm(vectors[chain[1:]] - vectors[chain[:-1]], axis=1)
    rows = np.repeat(np.arange(count), found.shape[1])
    near = csr_matrix((_costs(distances.ravel()), (rows, found.ravel())), shape=(count, count))
    linked = csr_matrix((_costs(links), (chain[:-1], chain[1:])), shape=(count, count))
    return near.maximum(linked)


def _costs(lengths: Floats) -> NDArray[np.float64]:
    # A copy of a work is no distance away, and SciPy would take a cost of 0 for no step at all.
    return np.asarray(np.maximum(lengths.astype(np.float64), 1e-4) ** POWER)


def _shortest(graph: csr_matrix, first: int, last: int) -> list[int]:
    _, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
    way = [last]
    while way[-1] != first:
        way.append(int(before[way[-1]]))
    return way[::-1]


def _thinned(vectors: Floats, way: list[int], steps: int) -> list[int]:
    """As many works of the way, evenly spaced along it; the ends stay."""
    lengths = np.linalg.norm(np.diff(vectors[way], axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    kept = [0]
    for step in range(1, steps - 1):
        # Each stop keeps enough works before and behind it for the others.
        choices = range(kept[-1] + 1, len(way) - (steps - 1 - step))
        wanted = along[-1] * step / (steps - 1)
        kept.append(min(choices, key=lambda stop: abs(along[stop] - wanted)))
    return [way[stop] for stop in [*kept, len(way) - 1]]


def _filled(vectors: Floats, way: list[int], steps: int) -> list[int]:
    """The way with a work put into its longest step, again and again, where one lies between."""
    way, settled = list(way), set[tuple[int, int]]()
    while len(way) < steps:
        open_steps = [step for step in pairwise(way) if step not in settled]
        if not open_steps:
            break
        one, other = max(open_steps, key=lambda step: _length(vectors, *step))
        worse = np.maximum(_apart(vectors, vectors[one]), _apart(vectors, vectors[other]))
        worse[way] = np.inf
        between = int(np.argmin(worse))
        if worse[between] < _length(vectors, one, other):
            way.insert(way.index(other), between)
        else:
            settled.add((one, other))
    return way


def _length(vectors: Floats, one: int, other: int) -> float:
    return float(np.linalg.norm(vectors[one] - vectors[other]))
