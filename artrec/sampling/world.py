"""What triplets are drawn from: plain arrays about items and about users' histories.

Letters used in shapes: U users, N items, E events, d visual dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class World:
    """The items. Raises ShapeError when the arrays do not fit one another."""

    n_items: int
    """N; items are rows 0 ... N-1."""
    artists: Int32s | None = None
    """(N,) artist of each item, -1 where unknown. None: no artist is known."""
    clusters: Int32s | None = None
    """(N,) visual cluster of each item, from 0, as `visual_clusters` labels them. None: strategies
    and modes that need clusters cannot be served, and say so."""
    vectors: Floats | None = None
    """(N, d) what items look like: z-scored features on their principal components. Only angles
    count. Needed in `reference` (strategy 6) and `icdm`."""

    def __post_init__(self) -> None:
        for name in ("artists", "clusters", "vectors"):
            values = getattr(self, name)
            if values is not None and len(values) != self.n_items:
                raise ShapeError(f"{name} has {len(values)} rows for {self.n_items} items.")
        if self.clusters is not None and self.n_items and self.clusters.min() < 0:
            row = int(self.clusters.argmin())
            raise ShapeError(f"Item {row} has no cluster; every item needs one, from 0 on.")
        if self.vectors is not None and self.vectors.ndim != 2:
            raise ShapeError(f"vectors must have two axes; they have {self.vectors.ndim}.")


@dataclass(frozen=True, eq=False)
class Histories:
    """What each user chose, in the order of time. Raises ShapeError when the arrays do not fit."""

    indptr: Ints
    """(U + 1,) the events of user u stand at indptr[u]:indptr[u + 1]."""
    items: Int32s
    """(E,) item rows, ascending in time within a user."""
    baskets: Ints | None = None
    """(E,) any number that is equal for neighbouring events of one user bought together. None:
    each event is a basket of its own."""

    def __post_init__(self) -> None:
        rises = len(self.indptr) > 0 and self.indptr[0] == 0 and np.all(np.diff(self.indptr) >= 0)
        if not rises or self.indptr[-1] != len(self.items):
            raise ShapeError(f"indptr must rise from 0 to the {len(self.items)} events.")
        if self.baskets is not None and len(self.baskets) != len(self.items):
            raise ShapeError(f"baskets has {len(self.baskets)} rows for {len(self.items)} events.")
        if len(self.items) and self.items.min() < 0:
            raise ShapeError("items must be rows from 0 on; one is negative.")

    @property
    def n_users(self) -> int:
        """U."""
        return len(self.indptr) - 1


def basket_starts(histories: Histories) -> Ints:
    """First event of each basket, with E at the end: (B + 1,) for B baskets of all users."""
    n_events = len(histories.items)
    new = np.ones(n_events, dtype=bool)
    if histories.baskets is not None:
        new[1:] = histories.baskets[1:] != histories.baskets[:-1]
        new[histories.indptr[histories.indptr < n_events]] = True
    return np.append(np.flatnonzero(new), n_events).astype(np.int64)
