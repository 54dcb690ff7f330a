"""Ranks of the relevant items, by counting, in blocks of queries.

No list is ever sorted for AUC or the reciprocal rank: the rank of an item is the number of
candidates that score higher. Scores come as one matrix product per block.

Letters used in shapes: Q queries, B queries of a block, N items, K places of a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.evaluation.metrics import Ranks
from artrec.evaluation.tasks import BoolArray, IntArray, Task

FloatMatrix = NDArray[np.float32]

BLOCK_BYTES = 8 * 2**20
"""Size of a block of scores. 8 MiB was fastest of 0.8 to 32 MiB on one core at 13,297 items: large
enough for a fast matrix product, small enough to stay in the cache for the counting."""
_MANY = 16
"""Relevant items per query from which sorting the row once is cheaper than counting for each."""


class Scorer(Protocol):
    """Anything that scores the whole catalogue for a block of users."""

    def __call__(self, users: IntArray, /) -> FloatMatrix:
        """(B,) user rows to (B, N) finite float32 scores; higher is better."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """What a scorer made of a task."""

    ranks: Ranks
    top: IntArray
    """(Q, K) item rows of the best candidates, best first; -1 where there are fewer than K."""


def inner_product(users: FloatMatrix, items: FloatMatrix) -> Scorer:
    """Scorer from user vectors (U, T) and item vectors (N, T).

    Multiplies by PyTorch's oneDNN where there is one, else by NumPy. oneDNN uses AVX-512 on every
    processor that has it; the OpenBLAS of NumPy 2.4 takes AMD Zen 5 for a Haswell and does not.
    Both round as float32 does. Raises ShapeError if T differs.
    """
    if users.ndim != 2 or items.ndim != 2 or users.shape[1] != items.shape[1]:
        raise ShapeError(
            f"User vectors (U, T) and item vectors (N, T) must have the same T; the shapes are "
            f"{users.shape} and {items.shape}."
        )
    import torch  # seconds to load: whoever compares models in closed form need not
    from torch.nn import functional

    available = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    if not available or not items.size:
        return lambda rows: users[rows] @ items.T
    fixed = torch.tensor(items, dtype=torch.float32)

    def score(rows: IntArray) -> FloatMatrix:
        block = torch.from_numpy(users[rows].astype(np.float32, copy=False))
        # `linear` goes to oneDNN if its first argument is in oneDNN's format.
        scores: FloatMatrix = functional.linear(block.to_mkldnn(), fixed).to_dense().numpy()
        return scores

    return score


def rank(scorer: Scorer, task: Task, *, top: int = 0, block: int | None = None) -> Ranking:
    """Rank the relevant items of every query, and keep the `top` best candidates.

    `block` is the number of queries scored at once, by default what fills BLOCK_BYTES. Raises
    ShapeError if the scores have the wrong shape or are not finite, naming the users.
    """
    size = block or max(1, BLOCK_BYTES // (4 * max(task.n_items, 1)))
    ranks = np.empty(len(task.relevant.items))
    n_candidates = np.empty(len(task), dtype=np.int64)
    lists = np.full((len(task), top), -1, dtype=np.int64)
    for start in range(0, len(task), size):
        stop = min(start + size, len(task))
        scores = _checked(scorer(task.users[start:stop]), task, start, stop)
        mask = task.mask(start, stop)
        n_candidates[start:stop] = _trues(mask)
        if top:
            lists[start:stop] = _best(np.where(mask, scores, np.float32(-np.inf)), top)
        offsets = task.relevant.offsets[start : stop + 1]
        ranks[offsets[0] : offsets[-1]] = _count(scores, mask, *task.relevant.pairs(start, stop))
    return Ranking(Ranks(task.relevant.offsets, ranks, n_candidates), lists)


def _checked(scores: FloatMatrix, task: Task, start: int, stop: int) -> FloatMatrix:
    expected = (stop - start, task.n_items)
    if scores.shape != expected:
        raise ShapeError(f"The scorer returned shape {scores.shape}; expected {expected}.")
    scores = np.asarray(scores, dtype=np.float32)
    # Two passes without a temporary; NaN shows in both.
    if scores.size and not (np.isfinite(scores.min()) and np.isfinite(scores.max())):
        wrong = np.flatnonzero(~np.isfinite(scores).all(axis=1))
        users = ", ".join(map(str, task.users[start:stop][wrong[:5]]))
        raise ShapeError(
            f"The scorer returned NaN or infinity for {len(wrong)} users of a block, such as user "
            f"rows {users}. Scores must be finite; leave candidates out by the task."
        )
    return scores


def _count(
    scores: FloatMatrix, mask: BoolArray, queries: IntArray, items: IntArray
) -> NDArray[np.float64]:
    """Ranks of the pairs (query, item) among candidates, ascending within a query.

    `scores` (B, N) are only read; `mask` (B, N) of the candidates is overwritten. `queries` ascend.
    """
    mine = scores[queries, items]
    order = np.lexsort((-mine, queries))
    mine = mine[order]
    # Out of the way: with the relevant items gone, counting counts the others only.
    mask[queries, items] = False
    lengths = np.bincount(queries, minlength=len(scores))
    first = np.cumsum(lengths) - lengths
    above = np.empty(len(mine))
    for row in np.flatnonzero(lengths > _MANY):
        own = slice(first[row], first[row] + lengths[row])
        above[own] = _count_by_sorting(scores[row, mask[row]], mine[own])
    rows = np.flatnonzero((lengths > 0) & (lengths <= _MANY))
    place = 0
    while len(rows):
        every = len(rows) == len(scores)
        block, others = (scores, mask) if every else (scores[rows], mask[rows])
        entry = first[rows] + place
        threshold = mine[entry, None]
        higher = _trues(np.logical_and(block > threshold, others))
        at_least = _trues(np.logical_and(block >= threshold, others))
        above[entry] = (higher + at_least) / 2
        place += 1
        rows = rows[lengths[rows] > place]
    return above + (np.arange(len(mine)) - first[queries])


def _trues(flags: BoolArray) -> IntArray:
    """(B,) true values in each row. Seven times as fast as `np.count_nonzero(flags, axis=1)`, which
    adds up 64-bit integers."""
    return np.fromiter(map(np.count_nonzero, flags), dtype=np.int64, count=len(flags))


def _count_by_sorting(others: FloatMatrix, mine: FloatMatrix) -> NDArray[np.float64]:
    ordered = np.sort(others)
    higher = len(ordered) - np.searchsorted(ordered, mine, side="right")
    at_least = len(ordered) - np.searchsorted(ordered, mine, side="left")
    return (higher + at_least) / 2


def _best(scores: FloatMatrix, top: int) -> IntArray:
    """(B, top) columns of the highest scores, best first, -1 beyond the candidates."""
    n_items = scores.shape[1]
    width = min(top, n_items)
    if width < n_items:
        columns = np.argpartition(scores, n_items - width, axis=1)[:, n_items - width :]
    else:
        columns = np.broadcast_to(np.arange(n_items), scores.shape)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.lexsort((columns, -values), axis=1)  # equal scores: lower row first
    best = np.take_along_axis(columns, order, axis=1)
    best[np.isneginf(np.take_along_axis(values, order, axis=1))] = -1
    padded = np.full((len(scores), top), -1, dtype=np.int64)
    padded[:, :width] = best
    return padded
