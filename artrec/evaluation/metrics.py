"""Accuracy metrics from ranks, for all queries at once. Standard library and NumPy only.

A query is one user (or one test basket) with n relevant items among M candidates. Letters used in
shapes: Q queries, R relevant items of all queries together. Every metric returns (Q,) float64.

The definitions are those of the CuratorNet authors' code (MetricsUtils.py; Messina et al.,
https://arxiv.org/abs/2009.04426); where these differ from the usual ones, the function that
reproduces them ends in `_ref` and the other is the usual one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Where the relevant items of each query stand among its candidates.

    A rank is 0-based and half a place lower for each other candidate that scores the same (its
    mean over all orders of the tie). Relevant items that tie with each other take successive
    places, so that no cut-off can count more items than it has places.
    """

    offsets: IntArray
    """(Q + 1,) where the ranks of each query begin."""
    ranks: FloatArray
    """(R,) ascending within a query, at least 1 apart."""
    n_candidates: IntArray
    """(Q,) M, the relevant items included."""

    def __post_init__(self) -> None:
        counts = np.diff(self.offsets)
        if self.offsets[0] != 0 or self.offsets[-1] != len(self.ranks) or np.any(counts < 1):
            raise ShapeError("Every query needs at least one relevant item; leave others out.")
        if self.n_candidates.shape != counts.shape:
            raise ShapeError(f"{len(self.n_candidates)} candidate counts, {len(counts)} queries.")
        steps = np.diff(self.ranks)
        steps[self.offsets[1:-1] - 1] = 1
        last = self.ranks[self.offsets[1:] - 1]
        if np.any(steps < 1) or np.any(self.ranks < 0) or np.any(last > self.n_candidates - 1):
            raise ShapeError("Ranks must rise by at least 1 within a query and lie in 0..M-1.")

    @property
    def n_relevant(self) -> IntArray:
        """(Q,) n."""
        return np.diff(self.offsets)

    @property
    def places(self) -> IntArray:
        """(R,) 1 for the best relevant item of a query, 2 for the next, and so on."""
        first = np.repeat(self.offsets[:-1], self.n_relevant)
        return np.arange(len(self.ranks)) - first + 1


def _sums(of: Ranks, values: FloatArray) -> FloatArray:
    """(R,) values added up by query."""
    return np.add.reduceat(values, of.offsets[:-1]) if len(of.ranks) else np.zeros(0)


def _check_k(k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be at least 1; it is {k}.")


def _hits(of: Ranks, k: int) -> FloatArray:
    """(Q,) relevant items on the first k places."""
    _check_k(k)
    return _sums(of, (of.ranks < k).astype(np.float64))


def auc(of: Ranks) -> FloatArray:
    """Share of pairs (relevant, other candidate) in the right order, ties half; 1 if M = n.

    With one relevant item and the user's known items left out of the candidates this is the AUC of
    the VBPR paper.
    """
    return _auc(of, of.n_candidates)


def auc_ref(of: Ranks, n_items: int) -> FloatArray:
    """AUC of the tutorial: M is the catalogue although known items left the ranking.

    It is higher than `auc`, the more so the longer the profile: the worst rank gives
    |profile| / (N - 1) instead of 0.
    """
    if len(of.n_candidates) and n_items < of.n_candidates.max():
        raise ShapeError(f"n_items is {n_items}, but a query has more candidates than that.")
    return _auc(of, np.full_like(of.n_candidates, n_items))


def _auc(of: Ranks, n_candidates: IntArray) -> FloatArray:
    n = of.n_relevant
    n_others = n_candidates - n
    # (1/n) sum_r [(M - idx_r - 1) - (n - r)] / (M - n)
    below = np.repeat(n_candidates - 1, n) - of.ranks - (np.repeat(n, n) - of.places)
    shares = _sums(of, below) / n / np.maximum(n_others, 1)
    return np.where(n_others > 0, shares, 1.0)


def auc_sampled(of: Ranks, rng: np.random.Generator, *, n_sampled: int = 100) -> FloatArray:
    """AUC against `n_sampled` random other candidates per relevant item, as DVBPR's code has it.

    Drawn exactly from the ranks: of the samples (with replacement), the number that score higher is
    binomial. Its mean is `auc`; use it to compare with published figures only.
    """
    _check_k(n_sampled)
    n = of.n_relevant
    others = np.repeat(of.n_candidates - n, n)
    above = of.ranks - (of.places - 1)
    chance = np.divide(above, others, out=np.zeros_like(of.ranks), where=others > 0)
    return _sums(of, 1 - rng.binomial(n_sampled, chance) / n_sampled) / n


def reciprocal_rank(of: Ranks) -> FloatArray:
    """1 / (1 + rank of the best relevant item). The mean over queries is MRR."""
    return 1 / (1 + of.ranks[of.offsets[:-1]])


def precision(of: Ranks, k: int) -> FloatArray:
    """Relevant items on the first k places, divided by k."""
    return _hits(of, k) / k


def recall(of: Ranks, k: int) -> FloatArray:
    """Relevant items on the first k places, divided by n."""
    return _hits(of, k) / of.n_relevant


def f1(of: Ranks, k: int) -> FloatArray:
    """Harmonic mean of precision and recall, 0 without a hit: 2 hits / (k + n)."""
    return 2 * _hits(of, k) / (k + of.n_relevant)


def hit_rate(of: Ranks, k: int) -> FloatArray:
    """1 if any relevant item stands on the first k places, else 0."""
    return (_hits(of, k) > 0).astype(np.float64)


def _dcg(of: Ranks, k: int) -> FloatArray:
    return _sums(of, np.where(of.ranks < k, 1 / np.log2(of.ranks + 2), 0.0))


def _ideal_dcg(n: FloatArray | IntArray) -> FloatArray:
    """DCG of n relevant items on the first n places, for each entry of `n`."""
    most = int(n.max(initial=0))
    table = np.concatenate(([0.0], np.cumsum(1 / np.log2(np.arange(most) + 2))))
    return table[n.astype(np.int64)]


def ndcg(of: Ranks, k: int) -> FloatArray:
    """DCG of the first k places over the best possible one, with min(k, n) hits. Binary gains."""
    _check_k(k)
    return _dcg(of, k) / _ideal_dcg(np.minimum(of.n_relevant, k))


def ndcg_ref(of: Ranks, k: int) -> FloatArray:
    """nDCG of the reference code: the ideal has as many hits as were made, not min(k, n).

    One hit on the first place is 1 however many items were missed. Equal to `ndcg` for n = 1.
    """
    hits = _hits(of, k)
    return np.divide(_dcg(of, k), _ideal_dcg(hits), out=np.zeros_like(hits), where=hits > 0)


def _precision_sum(of: Ranks, k: int) -> FloatArray:
    """Precision at each hit among the first k places, added up."""
    _check_k(k)
    return _sums(of, np.where(of.ranks < k, of.places / (of.ranks + 1), 0.0))


def average_precision(of: Ranks, k: int) -> FloatArray:
    """Precision at each hit among the first k places, over min(k, n). The mean is MAP@k."""
    return _precision_sum(of, k) / np.minimum(of.n_relevant, k)


def average_precision_ref(of: Ranks, k: int) -> FloatArray:
    """AP@k of the reference code: over k, so that a perfect list has n / k at most."""
    return _precision_sum(of, k) / k


def all_metrics(of: Ranks, ks: tuple[int, ...], n_items: int) -> dict[str, FloatArray]:
    """Every metric above but the sampled AUC, by the name used in reports (`ndcg_ref@20`)."""
    values = {"auc": auc(of), "auc_ref": auc_ref(of, n_items), "rr": reciprocal_rank(of)}
    for k in ks:
        values |= {
            f"recall@{k}": recall(of, k),
            f"precision@{k}": precision(of, k),
            f"f1@{k}": f1(of, k),
            f"hit_rate@{k}": hit_rate(of, k),
            f"ndcg@{k}": ndcg(of, k),
            f"ndcg_ref@{k}": ndcg_ref(of, k),
            f"map@{k}": average_precision(of, k),
            f"map_ref@{k}": average_precision_ref(of, k),
        }
    return values
