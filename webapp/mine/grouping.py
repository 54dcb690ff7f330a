"""Which of somebody's works look alike: groups of unit vectors, with NumPy only.

Ward's linkage (Ward, "Hierarchical grouping to optimize an objective function", J. Am. Stat. Assoc.
58, 1963), cut where the mean silhouette is largest (Rousseeuw, "Silhouettes", J. Comput. Appl.
Math. 20, 1987).
A profile has a hundred works at most, so the plain cubic way takes milliseconds.

Letters used in shapes: P works, T columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 6
"""Fewer works are one group."""
MOST: Final = 5
"""Groups."""
CLEAR: Final = 0.03
"""Below this silhouette works are one group: they are all alike, or all different."""

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]


def groups(rows: NDArray[np.float32]) -> list[list[int]]:
    """Return the places of rows (P, T) of length one in groups, the largest first.

    Within a group they keep their order.
    """
    if len(rows) < LEAST:
        return [list(range(len(rows)))] if len(rows) else []
    distances = np.maximum(2.0 - 2.0 * (rows @ rows.T).astype(np.float64), 0.0)
    best, labels = CLEAR, np.zeros(len(rows), dtype=np.intp)
    for cut in _cuts(distances):
        if 2 <= cut.max() + 1 <= min(MOST, len(rows) // 2):
            clear = silhouette(np.sqrt(distances), cut)
            # Of cuts as clear as each other, that into more groups tells more; it comes first.
            if clear > best:
                best, labels = clear, cut
    found = [np.flatnonzero(labels == label).tolist() for label in range(labels.max() + 1)]
    return sorted(found, key=lambda group: (-len(group), group))


def silhouette(distances: Floats, labels: Labels) -> float:
    """Mean silhouette of labels (P,) from 0 by distances (P, P); 0 for who is alone."""
    members = labels[:, None] == np.arange(labels.max() + 1)
    sizes = members.sum(axis=0)
    sums = distances @ members
    own = np.take_along_axis(sums, labels[:, None], axis=1)[:, 0]
    within = own / np.maximum(sizes[labels] - 1, 1)
    means = np.where(members, np.inf, sums / sizes)
    nearest = means.min(axis=1)
    scores = (nearest - within) / np.maximum(np.maximum(nearest, within), 1e-12)
    return float(np.where(sizes[labels] > 1, scores, 0.0).mean())


def _cuts(squares: Floats) -> Iterator[Labels]:
    """The labels (P,) after each merge, by squared distances (P, P), the finest first."""
    cost = squares.copy()
    np.fill_diagonal(cost, np.inf)
    labels = np.arange(len(cost))
    sizes = np.ones(len(cost))
    alive = np.ones(len(cost), dtype=bool)
    for _merge in range(len(cost) - 1):
        one, two = sorted(np.unravel_index(np.argmin(cost), cost.shape))
        between, both = cost[one, two], sizes[one] + sizes[two]
        # The recurrence of Lance and Williams for Ward's criterion.
        row = (
            (sizes + sizes[one]) * cost[one] + (sizes + sizes[two]) * cost[two] - sizes * between
        ) / (sizes + both)
        row[~alive] = row[[one, two]] = np.inf
        cost[one], cost[:, one] = row, row
        cost[two], cost[:, two] = np.inf, np.inf
        alive[two], sizes[one] = False, both
        labels = np.where(labels == two, one, labels)
        yield np.unique(labels, return_inverse=True)[1]
