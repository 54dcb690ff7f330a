"""Visits: a user's events cut where they paused, for models of what is looked at next.

A visit ends where the next event comes more than a gap later. Where the events have no times, their
order is the time and a gap says nothing: give times.

Letters used in shapes: V visits, N items, E events.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from artrec.data.interactions import BoolArray, IntArray, Interactions
from artrec.data.splits import Split
from artrec.errors import ConfigError, DataError, ShapeError

GAP: Final = 30 * 60
"""Seconds without an event after which the next one begins a visit."""
NO_LIMIT: Final = 2**62
"""More events than any visit has."""


@dataclass(frozen=True, eq=False)
class Visits:
    """What was looked at in each visit, oldest first. Visit v is `items[indptr[v]:indptr[v + 1]]`.

    Visits stand user by user, and by time within a user; none is empty.
    """

    indptr: IntArray
    """(V + 1,)"""
    items: IntArray
    """(E,) item rows."""
    times: IntArray
    """(E,) as in the interactions."""
    users: IntArray
    """(V,) user rows."""
    n_items: int
    """N."""

    def __post_init__(self) -> None:
        if len(self.times) != len(self.items) or len(self.users) != len(self.indptr) - 1:
            raise ShapeError("Visits need one time per event and one user per visit.")
        if self.indptr[0] != 0 or self.indptr[-1] != len(self.items) or np.any(self.lengths < 1):
            raise ShapeError("indptr must rise from 0 to the number of events, visit by visit.")

    def __len__(self) -> int:
        return len(self.users)

    def __getitem__(self, visit: int) -> IntArray:
        return self.items[self.indptr[visit] : self.indptr[visit + 1]]

    @property
    def lengths(self) -> IntArray:
        """(V,) events of each visit."""
        return np.diff(self.indptr)

    @cached_property
    def event_visits(self) -> IntArray:
        """(E,) visit of each event."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @cached_property
    def item_counts(self) -> IntArray:
        """(N,) events of each item."""
        return np.bincount(self.items, minlength=self.n_items)

    @property
    def ends(self) -> IntArray:
        """(V,) time of the last event."""
        return self.times[self.indptr[1:] - 1]

    def select(self, keep: BoolArray) -> Visits:
        """Only the events where `keep` (E,) is true; visits left with none go. Nothing is cut anew:
        what is left of a visit stays one visit."""
        if keep.shape != self.items.shape:
            raise ShapeError(f"The mask must be {self.items.shape}; it is {keep.shape}.")
        left = np.bincount(self.event_visits[keep], minlength=len(self))
        some = left > 0
        return replace(
            self,
            indptr=np.concatenate(([0], np.cumsum(left[some]))),
            items=self.items[keep],
            times=self.times[keep],
            users=self.users[some],
        )

    def take(self, keep: BoolArray) -> Visits:
        """Only the visits where `keep` (V,) is true."""
        return self.select(keep[self.event_visits])

    def at_least(self, events: int) -> Visits:
        """Only the visits of so many events or more."""
        return self.take(self.lengths >= events)


def visit_numbers(interactions: Interactions, gap: int = GAP) -> IntArray:
    """(E,) which visit each event belongs to, numbered from 0 user by user.

    Raises ConfigError for a gap that is not above 0.
    """
    if not gap > 0:
        raise ConfigError(f"gap must be above 0 seconds; it is {gap}.")
    if not interactions.n_events:
        return np.zeros(0, dtype=np.int64)
    begins = np.diff(interactions.times) > gap
    begins |= np.diff(interactions.event_users) != 0
    return np.concatenate(([0], np.cumsum(begins)))


def visits_of(interactions: Interactions, gap: int = GAP) -> Visits:
    """All visits. An item several times in a row, such as one opened and then liked, counts once.

    Raises ConfigError for a gap that is not above 0.
    """
    numbers = visit_numbers(interactions, gap)
    count = int(numbers[-1]) + 1 if len(numbers) else 0
    indptr = np.searchsorted(numbers, np.arange(count + 1))
    visits = Visits(
        indptr=indptr,
        items=interactions.items,
        times=interactions.times,
        users=interactions.event_users[indptr[:-1]],
        n_items=interactions.n_items,
    )
    again = np.zeros(len(numbers), dtype=np.bool_)
    again[1:] = (np.diff(visits.items) == 0) & (np.diff(numbers) == 0)
    return visits.select(~again)


def learnable(visits: Visits) -> Visits:
    """The visits of two items or more. Raises DataError where there is none."""
    useful = visits.at_least(2)
    if not len(useful):
        longest = int(visits.lengths.max(initial=0))
        raise DataError(
            f"There is nothing to learn from: none of {len(visits)} visits has two items, the "
            f"longest has {longest}. Give events with times in seconds, or a wider gap."
        )
    return useful


def as_histories(visits: Visits) -> Interactions:
    """Each visit as if it were a user, for models that learn from what was chosen together."""
    return Interactions(
        indptr=visits.indptr,
        items=visits.items,
        times=np.arange(len(visits.items)),
        baskets=np.arange(len(visits.items)) - visits.indptr[visits.event_visits],
        user_ids=tuple(map(str, range(len(visits)))),
        item_ids=tuple(map(str, range(visits.n_items))),
    )


def prefixes(visits: Visits, events: IntArray, *, longest: int = NO_LIMIT) -> Interactions:
    """What had been looked at in the visit up to each of `events` (Q,), itself included, as if each
    were a user; at most the last `longest` (1 is the current item only).

    A recommender's `scorer` of these says what it would show at each moment of each visit.
    """
    starts = np.maximum(visits.indptr[visits.event_visits[events]], events + 1 - longest)
    indptr = np.concatenate(([0], np.cumsum(events + 1 - starts)))
    total = int(indptr[-1])
    rows = np.arange(total) + np.repeat(starts - indptr[:-1], np.diff(indptr))
    return Interactions(
        indptr=indptr,
        items=visits.items[rows],
        times=np.arange(total),
        baskets=np.arange(total) - np.repeat(indptr[:-1], np.diff(indptr)),
        user_ids=tuple(map(str, range(len(events)))),
        item_ids=tuple(map(str, range(visits.n_items))),
    )


def leave_last_visits(interactions: Interactions, *, count: int = 1, gap: int = GAP) -> Split:
    """Each user's last `count` visits are the test; users with no visit beside them only train."""
    if count < 1:
        raise ConfigError(f"count must be at least 1; it is {count}.")
    numbers = visit_numbers(interactions, gap)
    users = interactions.event_users
    counted = interactions.user_counts > 0
    last = np.full(interactions.n_users, -1, dtype=np.int64)
    last[counted] = numbers[interactions.indptr[1:][counted] - 1]
    first = np.full(interactions.n_users, -1, dtype=np.int64)
    first[counted] = numbers[interactions.indptr[:-1][counted]]
    many = last - first + 1 > count
    return _split(interactions, many[users] & (numbers > (last - count)[users]))


def visits_from(interactions: Interactions, time: int, *, gap: int = GAP) -> Split:
    """Visits that end at `time` or later are the test, as whole visits (Hidasi et al. 2016).

    So nothing of the training is later than `time`.
    """
    numbers = visit_numbers(interactions, gap)
    ends = np.full(int(numbers.max(initial=-1)) + 1, np.iinfo(np.int64).min)
    np.maximum.at(ends, numbers, interactions.times)
    return _split(interactions, ends[numbers] >= time)


def _split(interactions: Interactions, test: BoolArray) -> Split:
    train = interactions.select(~test)
    return Split(train=train, history=train, test=interactions.select(test))
