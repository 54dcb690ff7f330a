"""What is asked of a recommender: for each query a user, the items to find, and the candidates.

Letters used in shapes: Q queries, B queries of a block, N items.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lists:
    """One list of item rows per query, end to end."""

    offsets: IntArray
    """(Q + 1,)"""
    items: IntArray
    """(offsets[-1],)"""

    def __getitem__(self, query: int) -> IntArray:
        return self.items[self.offsets[query] : self.offsets[query + 1]]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> IntArray:
        """(Q,)"""
        return np.diff(self.offsets)

    def pairs(self, start: int, stop: int) -> tuple[IntArray, IntArray]:
        """Queries `start:stop`, counted from `start`, and items, entry by entry."""
        offsets = self.offsets[start : stop + 1]
        queries = np.repeat(np.arange(stop - start), np.diff(offsets))
        return queries, self.items[offsets[0] : offsets[-1]]

    def take(self, queries: IntArray) -> Lists:
        """The lists of `queries` only, in that order."""
        lengths = self.lengths[queries]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        shift = np.repeat(self.offsets[queries] - offsets[:-1], lengths)
        return Lists(offsets, self.items[np.arange(offsets[-1]) + shift])

    def where(self, keep: BoolArray) -> Lists:
        """Only the entries where `keep` is true; a list may become empty."""
        before = np.concatenate(([0], np.cumsum(keep)))
        return Lists(before[self.offsets], self.items[keep])


def empty_lists(n_queries: int) -> Lists:
    """`n_queries` lists with nothing in them."""
    return Lists(np.zeros(n_queries + 1, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Inventory:
    """When each item was on offer, and when each query was made."""

    added: IntArray
    """(N,) from this second on."""
    sold: IntArray
    """(N,) up to this second, itself included."""
    times: IntArray
    """(Q,)"""

    def has(self, queries: IntArray, items: IntArray) -> BoolArray:
        """Whether items are on offer at the time of queries; shapes broadcast."""
        clock = self.times[queries]
        return (self.added[items] <= clock) & (clock <= self.sold[items])


@dataclass(frozen=True, eq=False)
class Task:
    """Queries with known answers. Made by `artrec.evaluation.protocols`."""

    name: str
    users: IntArray
    """(Q,) user row of each query; what a scorer is given."""
    relevant: Lists
    """Items to find; at least one per query, all of them candidates, none twice."""
    hidden: Lists
    """Items that are no candidates for this query, as a rule those the user already has."""
    on_offer: BoolArray
    """(N,) items that may be a candidate at all."""
    inventory: Inventory | None = None
    """Further limits the candidates of each query to what was on offer then."""
    skipped: int = 0
    """Queries left out because nothing to find was a candidate, or the user had no history."""

    def __post_init__(self) -> None:
        if not len(self.users) == len(self.relevant) == len(self.hidden):
            raise ShapeError("Users, relevant and hidden items must have one entry per query.")

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.on_offer)

    def __len__(self) -> int:
        return len(self.users)

    def mask(self, start: int, stop: int) -> BoolArray:
        """(B, N) true for the candidates of queries `start:stop`."""
        mask = np.broadcast_to(self.on_offer, (stop - start, self.n_items)).copy()
        if self.inventory is not None:
            mask &= self.inventory.has(np.arange(start, stop)[:, None], np.arange(self.n_items))
        mask[self.hidden.pairs(start, stop)] = False
        return mask

    def take(self, queries: IntArray) -> Task:
        """The task of some queries only, as a slice of users."""
        stock = self.inventory
        return replace(
            self,
            users=self.users[queries],
            relevant=self.relevant.take(queries),
            hidden=self.hidden.take(queries),
            inventory=None if stock is None else replace(stock, times=stock.times[queries]),
        )
