"""Session-parallel mini-batches: every lane of a batch walks through one visit, then the next.

Hidasi et al. 2016, https://arxiv.org/abs/1511.06939, section 3.1.1: visits differ in length, so
they are not padded; when one ends, the next takes over its lane with a fresh hidden state.

Letters used in shapes: S steps, B lanes.
"""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.data.interactions import BoolArray, IntArray
from artrec.data.sessions import Visits

SPARSE_FROM: Final = 2_000
"""Items from which tables have sparse gradients: the same numbers, but a step then costs what it
touches and not the whole table. Small tables are faster dense."""


@dataclass(frozen=True, eq=False)
class Lanes:
    """One epoch. Lanes run dry towards the end; what is dry is -1."""

    items: IntArray
    """(S, B) item looked at."""
    targets: IntArray
    """(S, B) item looked at next."""
    begins: BoolArray
    """(S, B) where a visit begins, so that the hidden state is 0 before."""


def session_parallel(visits: Visits, lanes: int, rng: np.random.Generator) -> Lanes:
    """All visits of two items or more, in random order, each in the lane that is free first."""
    order = rng.permutation(np.flatnonzero(visits.lengths > 1))
    steps = visits.lengths[order] - 1
    free = [(0, lane) for lane in range(min(lanes, len(order)))]
    lane_of = np.empty(len(order), dtype=np.int64)
    start = np.empty(len(order), dtype=np.int64)
    for place, length in enumerate(steps.tolist()):
        start[place], lane_of[place] = free[0]
        heapq.heapreplace(free, (free[0][0] + length, free[0][1]))
    shape = (int((start + steps).max(initial=0)), len(free))
    offset = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)
    rows, columns = np.repeat(start, steps) + offset, np.repeat(lane_of, steps)
    events = np.repeat(visits.indptr[order], steps) + offset
    items, targets = np.full(shape, -1), np.full(shape, -1)
    items[rows, columns] = visits.items[events]
    targets[rows, columns] = visits.items[events + 1]
    begins = np.zeros(shape, dtype=np.bool_)
    begins[start, lane_of] = True
    return Lanes(items, targets, begins)


class Negatives:
    """Items drawn beside those of the batch, in proportion to a power of how often they occur."""

    def __init__(self, counts: IntArray, samples: int, alpha: float) -> None:
        known = np.flatnonzero(counts)
        self.all = known if 0 < len(known) <= samples else None
        """Every known item, where they are no more than would be drawn: then all are negatives,
        once each, and nothing is drawn."""
        weights = np.where(counts > 0, counts.astype(np.float64) ** alpha, 0.0)
        self._edges = np.cumsum(weights)
        self._last = np.int64(known.max(initial=0))
        self._drawn = (samples * weights / weights.sum()).astype(np.float32)
        self._shares = (counts / counts.sum()).astype(np.float32)

    def expected(self, items: IntArray, others: int) -> NDArray[np.float32]:
        """How often each item is expected among the draws and the next items of `others` rows."""
        result: NDArray[np.float32] = self._drawn[items] + np.float32(others) * self._shares[items]
        return result

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> IntArray:
        """Item rows, some perhaps several times."""
        drawn = rng.random(shape) * self._edges[-1]
        # Rounding may bring a product to the very end, where no item is.
        rows: IntArray = np.searchsorted(self._edges, drawn, side="right")
        return np.minimum(rows, self._last)


def training_key(visits: Visits, config: Any) -> str:
    """Names settings (a dataclass) and data of a training, for its checkpoint."""
    # More epochs of the same training is a way to go on, not another training.
    settings = {name: value for name, value in asdict(config).items() if name != "epochs"}
    digest = hashlib.sha256(repr(settings).encode())
    for values in (visits.indptr, visits.items, np.array([visits.n_items])):
        digest.update(np.ascontiguousarray(values, dtype=np.int64).data)
    return digest.hexdigest()
