"""One list from several rankings of the same items. NumPy only.

Letters used in shapes: L lists, N different items in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

CONSTANT: Final = 60
"""k of Cormack et al.: how much a first place counts over a tenth. They found 60 near the best for
all of their collections, and other values little worse."""


def reciprocal_rank_fusion(
    lists: Sequence[Sequence[int]], *, constant: float = CONSTANT
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Fuse rankings by the sum of reciprocal ranks: what several lists place high comes first.

    Cormack, Clarke & Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods", SIGIR 2009, https://doi.org/10.1145/1571941.1572114:

        score of an item = Σ over the lists that have it of 1 / (constant + rank), ranks from 1

    Only ranks count, so that the lists need no scores that could be compared with each other.

    Args:
        lists: L rankings of item ids, best first, none twice in one list. Empty lists say nothing.
        constant: 0 or more.

    Returns:
        The ids (N,), best first, and their scores (N,). Equal scores by id.

    Raises:
        ValueError: If the constant is negative or a list has an item twice.
    """
    if not constant >= 0:
        raise ValueError(f"The constant must be 0 or more; it is {constant}.")
    if any(len(set(ranking)) < len(ranking) for ranking in lists):
        raise ValueError("A ranking must not have an item twice.")
    ranked = [np.asarray(ranking, dtype=np.int64) for ranking in lists]
    if not any(map(len, ranked)):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
    votes = np.concatenate([1 / (constant + np.arange(1, len(each) + 1)) for each in ranked])
    ids, places = np.unique(np.concatenate(ranked), return_inverse=True)
    scores = np.bincount(places, weights=votes, minlength=len(ids)).astype(np.float64)
    order = np.lexsort((ids, -scores))
    return ids[order], scores[order]
