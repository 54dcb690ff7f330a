"""What is known of the items beside who chose them: artist, single copy, time on offer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from artrec.data.interactions import BoolArray, IntArray, Interactions
from artrec.errors import ShapeError

ALWAYS = int(np.iinfo(np.int64).min)
"""`Items.added` of an item whose upload time no file gave: on offer from the beginning."""
NEVER = int(np.iinfo(np.int64).max)
"""`Items.sold` of an item never sold, and `Items.added` of one an inventory does not list."""


@dataclass(frozen=True, eq=False)
class Items:
    """Facts on N items, row by row. All arrays have shape (N,)."""

    ids: tuple[str, ...]
    artists: IntArray
    """Row into `artist_ids`; -1 where the artist is unknown."""
    artist_ids: tuple[str, ...]
    one_of_a_kind: BoolArray
    """True where a single copy exists, so that a sale takes the item off the market."""
    added: IntArray
    """Time of upload on the clock of the interactions; ALWAYS if unknown, NEVER if not offered."""
    sold: IntArray
    """Time of the sale that took the item away; NEVER while it is on offer."""
    clusters: IntArray | None = None
    """Visual cluster where the data set brings one (the hashed CuratorNet files), else None."""

    def __post_init__(self) -> None:
        for name in ("artists", "one_of_a_kind", "added", "sold", "clusters"):
            values = getattr(self, name)
            if values is not None and values.shape != (len(self.ids),):
                raise ShapeError(
                    f"{name} must have shape ({len(self.ids)},), one entry per item; "
                    f"it has {values.shape}."
                )
        if len(self.ids) and (self.artists.min() < -1 or self.artists.max() >= self.n_artists):
            raise ShapeError(f"artists must be -1 or rows from 0 to {self.n_artists - 1}.")

    @property
    def n_artists(self) -> int:
        """Known artists."""
        return len(self.artist_ids)

    def take(self, rows: IntArray) -> Items:
        """Facts of the items in `rows` only, in that order."""
        return Items(
            ids=tuple(self.ids[row] for row in rows),
            artists=self.artists[rows],
            artist_ids=self.artist_ids,
            one_of_a_kind=self.one_of_a_kind[rows],
            added=self.added[rows],
            sold=self.sold[rows],
            clusters=None if self.clusters is None else self.clusters[rows],
        )


def plain_items(ids: tuple[str, ...]) -> Items:
    """Items of which nothing is known: no artist, many copies, always on offer."""
    n_items = len(ids)
    return Items(
        ids=ids,
        artists=np.full(n_items, -1, dtype=np.int64),
        artist_ids=(),
        one_of_a_kind=np.zeros(n_items, dtype=np.bool_),
        added=np.full(n_items, ALWAYS, dtype=np.int64),
        sold=np.full(n_items, NEVER, dtype=np.int64),
    )


def chosen_once(interactions: Interactions) -> BoolArray:
    """(N,) items with exactly one event in the whole log: CuratorNet's rule for "original"."""
    once: BoolArray = interactions.item_counts == 1
    return once


def with_sales(items: Items, interactions: Interactions) -> Items:
    """`items` with `sold` set to the first sale of each one-of-a-kind item."""
    sold = np.full(len(items.ids), NEVER, dtype=np.int64)
    np.minimum.at(sold, interactions.items, interactions.times)
    sold[~items.one_of_a_kind] = NEVER
    return replace(items, sold=sold)
