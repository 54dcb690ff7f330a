"""Next item of a visit: at every event of every test visit but the last, find the one that follows.

Hidasi, Karatzoglou, Baltrunas & Tikk, "Session-based recommendations with recurrent neural
networks", ICLR 2016, https://arxiv.org/abs/1511.06939: recall@20 and MRR@20, averaged over events.
A rank is that of `artrec.evaluation.metrics.Ranks`; ties count at their middle.

Letters used in shapes: Q events asked at, N items, K cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from artrec.data.interactions import BoolArray, IntArray, Interactions
from artrec.data.sessions import NO_LIMIT, Visits, prefixes
from artrec.errors import DataError
from artrec.evaluation.intervals import Interval
from artrec.evaluation.ranking import Scorer, rank
from artrec.evaluation.tasks import Lists, Task, empty_lists

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NextItems:
    """What is asked at which events."""

    visits: Visits
    """Of the test, without what the training does not know."""
    events: IntArray
    """(Q,) the event of `visits` after which it is asked."""
    task: Task
    """`task.users` are 0 to Q - 1, rows of `events`; a scorer is given these."""

    @property
    def users(self) -> IntArray:
        """(Q,) whose visit it is; answers of one user depend on each other."""
        return self.visits.users[self.visits.event_visits[self.events]]

    def profiles(self, *, longest: int = NO_LIMIT) -> Interactions:
        """What a recommender's `scorer` is given: the visit up to each event, as one user each."""
        return prefixes(self.visits, self.events, longest=longest)

    def take(self, rows: IntArray) -> NextItems:
        """Only the questions in `rows`."""
        task = replace(self.task.take(rows), users=np.arange(len(rows)))
        return NextItems(self.visits, self.events[rows], task)


def next_items(
    visits: Visits, *, known: BoolArray | None = None, hide_seen: bool = False
) -> NextItems:
    """Ask at every event that another one follows.

    Args:
        visits: Of the test.
        known: (N,) items the training had; others are taken out of the visits and the candidates,
            as published. None keeps all.
        hide_seen: Items of the visit so far are no candidates, and a return to one is not asked
            for. As published they are candidates.

    Raises:
        DataError: If no visit has two of the items.
    """
    on_offer = np.ones(visits.n_items, dtype=np.bool_) if known is None else known
    visits = visits.select(on_offer[visits.items])
    events = np.flatnonzero(np.diff(visits.event_visits) == 0)
    hidden = empty_lists(len(events))
    if hide_seen:
        seen = prefixes(visits, events, longest=NO_LIMIT)
        again = np.zeros(len(events), dtype=np.bool_)
        again[seen.event_users[seen.items == visits.items[events + 1][seen.event_users]]] = True
        events = events[~again]
        hidden = Lists(seen.indptr, seen.items).take(np.flatnonzero(~again))
    if not len(events):
        raise DataError(
            "No test visit has two items that the training knows; hold out more visits."
        )
    task = Task(
        name="next item",
        users=np.arange(len(events)),
        relevant=Lists(np.arange(len(events) + 1), visits.items[events + 1]),
        hidden=hidden,
        on_offer=on_offer,
    )
    return NextItems(visits, events, task)


def ranks_of_next(scorer: Scorer, asked: NextItems) -> FloatArray:
    """(Q,) 0 where the next item is the first of the list."""
    return rank(scorer, asked.task).ranks.ranks


def recall(ranks: FloatArray, k: int) -> FloatArray:
    """(Q,) 1 where the next item is among the first K."""
    return (ranks < k).astype(np.float64)


def reciprocal_rank(ranks: FloatArray, k: int) -> FloatArray:
    """(Q,) 1 / place of the next item, 0 beyond place K; its mean is MRR@K."""
    return np.where(ranks < k, 1 / (ranks + 1), 0.0)


def by_users(
    values: FloatArray, users: IntArray, *, n_resamples: int = 2000, seed: int = 0
) -> Interval:
    """Mean of (Q,) values with its 95 % interval, users resampled with all their events.

    Give the difference of two models on the same events to compare them.
    """
    _, owner = np.unique(users, return_inverse=True)
    sums, counts = np.bincount(owner, values), np.bincount(owner)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=n_resamples)
    means = (drawn @ sums) / (drawn @ counts)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(values.mean()), float(low), float(high))
