"""What accuracy does not see: how much of the catalogue is shown, how new, how varied.

Every function takes recommendation lists (Q, K) of item rows, -1 where a list is shorter, as
`Ranking.top` has them. Letters: Q queries, K places, N items, D features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def exposure(lists: IntArray, n_items: int) -> IntArray:
    """(N,) how often each item is recommended."""
    return np.bincount(lists[lists >= 0], minlength=n_items)


def coverage(lists: IntArray, n_items: int) -> float:
    """Share of the catalogue that is recommended to anyone."""
    return float(np.count_nonzero(exposure(lists, n_items)) / n_items)


def gini(lists: IntArray, n_items: int) -> float:
    """Inequality of exposure over the catalogue: 0 if all items are shown alike, near 1 if few are.

    Raises ShapeError if nothing is recommended at all.
    """
    counts = np.sort(exposure(lists, n_items)).astype(np.float64)
    total = counts.sum()
    if total == 0:
        raise ShapeError("The lists are empty, so exposure has no distribution.")
    places = np.arange(1, n_items + 1)
    return float(((2 * places - n_items - 1) * counts).sum() / (n_items * total))


def novelty(lists: IntArray, item_counts: IntArray, n_users: int) -> FloatArray:
    """(Q,) mean surprise -log2 p of the items shown, p being the share of users who chose it.

    `item_counts` (N,) are training users per item. One imaginary user who chose everything keeps
    unseen items finite: p = (count + 1) / (n_users + 1). Empty lists give NaN. After Zhou et al.,
    PNAS 2010.
    """
    surprise = -np.log2((item_counts + 1) / (n_users + 1))
    return _mean_over_list(surprise[lists], lists >= 0)


def intra_list_diversity(lists: IntArray, features: NDArray[np.floating]) -> FloatArray:
    """(Q,) mean of 1 - cosine over all pairs of a list; NaN for lists of fewer than two items.

    `features` (N, D). Costs O(Q K D) time and O(K D) memory, since the sum over pairs is
    (|sum of unit vectors|^2 - K) / 2. An item without features (all zero) is at
    distance 1 from all.
    """
    diversity = np.full(len(lists), np.nan)
    for query, row in enumerate(lists):
        shown = row[row >= 0]
        if len(shown) < 2:
            continue
        vectors = features[shown].astype(np.float64)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
        total = unit.sum(axis=0)
        similar = (total @ total - np.count_nonzero(norms)) / (len(shown) * (len(shown) - 1))
        diversity[query] = 1 - similar
    return diversity


def artist_diversity(lists: IntArray, artists: IntArray) -> FloatArray:
    """(Q,) different artists over length of the list. Each unknown artist (-1) counts as another.

    `artists` (N,). Empty lists give NaN.
    """
    # An artist of its own for each work of unknown hand.
    distinct = np.where(artists >= 0, artists, artists.max(initial=0) + 1 + np.arange(len(artists)))
    shown = np.sort(np.where(lists >= 0, distinct[lists], -1), axis=1)
    new = np.ones(shown.shape, dtype=np.bool_)
    new[:, 1:] = shown[:, 1:] != shown[:, :-1]
    lengths = np.count_nonzero(lists >= 0, axis=1)
    shares: FloatArray = np.divide(
        np.count_nonzero(new & (shown >= 0), axis=1),
        lengths,
        out=np.full(len(lists), np.nan),
        where=lengths > 0,
    )
    return shares


def _mean_over_list(values: FloatArray, valid: NDArray[np.bool_]) -> FloatArray:
    lengths = np.count_nonzero(valid, axis=1)
    sums = np.where(valid, values, 0.0).sum(axis=1)
    means: FloatArray = np.divide(
        sums, lengths, out=np.full(len(values), np.nan), where=lengths > 0
    )
    return means
