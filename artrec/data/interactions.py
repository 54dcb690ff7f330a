"""Who chose what, and when: histories by user as a compressed sparse table.

Letters used in shapes: U users, N items, E events (one user choosing one item once).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from artrec.errors import ShapeError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

TRAIN, VALIDATION, TEST = 0, 1, 2
"""Values of `Interactions.parts`: what a file said an event is for."""


@dataclass(frozen=True, eq=False)
class Interactions:
    """Histories of all users, in the order of time. Arrays are read-only; make one by `build`.

    The events of user u stand at `indptr[u]:indptr[u + 1]`, ascending in time; events of the same
    second keep the order of the file. Users and items are rows (0-based); `user_ids` and
    `item_ids` give the ids of the file back, `user_rows` and `item_rows` lead the other way.
    """

    indptr: IntArray
    """(U + 1,) start of each user's events."""
    items: IntArray
    """(E,) item rows."""
    times: IntArray
    """(E,) unix seconds, or any other whole numbers that grow with time."""
    baskets: IntArray
    """(E,) number of the basket among the user's baskets, 0 for the first. A basket is what one
    user chose at one timestamp. Numbers survive `select`, so they may begin above 0 or skip."""
    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    parts: IntArray | None = None
    """(E,) TRAIN, VALIDATION or TEST where the file itself named a split, else None."""

    def __post_init__(self) -> None:
        for name in ("indptr", "items", "times", "baskets", "parts"):
            values = getattr(self, name)
            if values is not None:
                frozen = np.ascontiguousarray(values, dtype=np.int64).view()
                frozen.setflags(write=False)
                object.__setattr__(self, name, frozen)
        self._check()

    def _check(self) -> None:
        n_events = len(self.items)
        if len(self.indptr) != len(self.user_ids) + 1:
            raise ShapeError(
                f"indptr must have one entry more than the {len(self.user_ids)} users; "
                f"it has {len(self.indptr)}."
            )
        if self.indptr[0] != 0 or self.indptr[-1] != n_events or np.any(np.diff(self.indptr) < 0):
            raise ShapeError(f"indptr must rise from 0 to the {n_events} events.")
        for name in ("times", "baskets", "parts"):
            values = getattr(self, name)
            if values is not None and len(values) != n_events:
                raise ShapeError(f"{name} has {len(values)} entries for {n_events} events.")
        if n_events and (self.items.min() < 0 or self.items.max() >= len(self.item_ids)):
            raise ShapeError(f"items must be rows from 0 to {len(self.item_ids) - 1}.")
        same_user = np.diff(self.event_users) == 0
        if np.any(np.diff(self.times)[same_user] < 0):
            raise ShapeError("times must not fall within a user; use Interactions.build to sort.")

    @classmethod
    def build(
        cls,
        users: ArrayLike,
        items: ArrayLike,
        times: ArrayLike | None = None,
        *,
        user_ids: Sequence[str],
        item_ids: Sequence[str],
        parts: ArrayLike | None = None,
    ) -> Interactions:
        """Sort loose events into histories.

        `users` and `items` are rows, (E,). Without `times` the order of the events is the time and
        each event is its own basket. Raises ShapeError for rows out of range or unequal lengths.
        """
        user_rows = np.asarray(users, dtype=np.int64)
        item_rows = np.asarray(items, dtype=np.int64)
        stamps = np.arange(len(user_rows)) if times is None else np.asarray(times, dtype=np.int64)
        if not len(user_rows) == len(item_rows) == len(stamps):
            raise ShapeError(
                f"Users, items and times differ in length: "
                f"{len(user_rows)}, {len(item_rows)} and {len(stamps)}."
            )
        if len(user_rows) and (user_rows.min() < 0 or user_rows.max() >= len(user_ids)):
            raise ShapeError(f"users must be rows from 0 to {len(user_ids) - 1}.")
        order = np.lexsort((stamps, user_rows))  # stable: file order within a second
        user_rows, stamps = user_rows[order], stamps[order]
        indptr = np.searchsorted(user_rows, np.arange(len(user_ids) + 1))
        return cls(
            indptr=indptr,
            items=item_rows[order],
            times=stamps,
            baskets=_number_baskets(user_rows, stamps, indptr),
            user_ids=tuple(user_ids),
            item_ids=tuple(item_ids),
            parts=None if parts is None else np.asarray(parts, dtype=np.int64)[order],
        )

    @property
    def n_users(self) -> int:
        """U."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.item_ids)

    @property
    def n_events(self) -> int:
        """E."""
        return len(self.items)

    @cached_property
    def event_users(self) -> IntArray:
        """(E,) user row of each event."""
        return np.repeat(np.arange(self.n_users), np.diff(self.indptr))

    @cached_property
    def user_rows(self) -> dict[str, int]:
        """Row of each user id."""
        return {name: row for row, name in enumerate(self.user_ids)}

    @cached_property
    def item_rows(self) -> dict[str, int]:
        """Row of each item id."""
        return {name: row for row, name in enumerate(self.item_ids)}

    @cached_property
    def user_counts(self) -> IntArray:
        """(U,) events of each user."""
        return np.diff(self.indptr)

    @cached_property
    def item_counts(self) -> IntArray:
        """(N,) events of each item."""
        return np.bincount(self.items, minlength=self.n_items)

    def history(self, user: int) -> IntArray:
        """Item rows of one user, oldest first. A view, not a copy."""
        return self.items[self.indptr[user] : self.indptr[user + 1]]

    def select(self, keep: BoolArray) -> Interactions:
        """Only the events where `keep` (E,) is true. Users, items and basket numbers stay."""
        if keep.shape != (self.n_events,):
            raise ShapeError(f"The mask must have shape ({self.n_events},); it has {keep.shape}.")
        before = np.concatenate(([0], np.cumsum(keep)))
        return Interactions(
            indptr=before[self.indptr],
            items=self.items[keep],
            times=self.times[keep],
            baskets=self.baskets[keep],
            user_ids=self.user_ids,
            item_ids=self.item_ids,
            parts=None if self.parts is None else self.parts[keep],
        )

    def deduplicated(self, *, keep: str = "last") -> Interactions:
        """One event per user and item: the `"last"` (as in the tutorial) or the `"first"`."""
        if keep not in {"first", "last"}:
            raise ValueError(f'keep must be "first" or "last"; it is {keep!r}.')
        keys = self.event_users * self.n_items + self.items
        if keep == "last":
            _, from_end = np.unique(keys[::-1], return_index=True)
            chosen = self.n_events - 1 - from_end
        else:
            _, chosen = np.unique(keys, return_index=True)
        mask = np.zeros(self.n_events, dtype=np.bool_)
        mask[chosen] = True
        return self.select(mask)

    def compact(self, *, drop_items: bool = True) -> tuple[Interactions, IntArray, IntArray]:
        """Drop users (and items, if asked) without events and renumber the rest.

        Returns the new interactions and the old rows of the users (U',) and items (N',) kept, with
        which feature matrices are cut to match.
        """
        users = np.flatnonzero(self.user_counts)
        items = np.flatnonzero(self.item_counts) if drop_items else np.arange(self.n_items)
        new_item = np.full(self.n_items, -1, dtype=np.int64)
        new_item[items] = np.arange(len(items))
        smaller = Interactions(
            indptr=np.concatenate(([0], self.indptr[1:][users])),
            items=new_item[self.items],
            times=self.times,
            baskets=self.baskets,
            user_ids=tuple(self.user_ids[row] for row in users),
            item_ids=tuple(self.item_ids[row] for row in items),
            parts=self.parts,
        )
        return smaller, users, items


def _number_baskets(users: IntArray, times: IntArray, indptr: IntArray) -> IntArray:
    """Basket numbers of events already sorted by user and time."""
    if not len(users):
        return np.zeros(0, dtype=np.int64)
    begins = np.ones(len(users), dtype=np.int64)
    begins[1:] = (np.diff(users) != 0) | (np.diff(times) != 0)
    running = np.cumsum(begins)
    first = running[np.minimum(indptr[:-1], len(users) - 1)]
    return running - first[users]


def order_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """Distinct ids in an order that does not depend on the file: numbers by value, else by text."""
    distinct = set(ids)
    if all(name.isascii() and name.isdecimal() for name in distinct):
        return tuple(sorted(distinct, key=lambda name: (int(name), name)))
    return tuple(sorted(distinct))
