"""A data set as every reader returns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from artrec.data.interactions import IntArray, Interactions
from artrec.data.items import ALWAYS, NEVER, Items, plain_items
from artrec.data.report import ReadReport
from artrec.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Interactions, the facts on their items, and which row of the features shows which item."""

    interactions: Interactions
    items: Items
    feature_ids: tuple[str, ...] | None = None
    """Ids of the rows of the feature matrix, in its order; None without features."""
    report: ReadReport = field(default_factory=ReadReport)
    """What the reader found damaged. Look at it: rows left out are named here."""

    def __post_init__(self) -> None:
        if self.items.ids != self.interactions.item_ids:
            raise ShapeError("Items and interactions must list the same item ids in one order.")

    @cached_property
    def feature_rows(self) -> IntArray:
        """(N,) row of each item in the feature matrix, -1 for an item without features.

        `features[dataset.feature_rows[rows]]` are the features of the items in `rows`. Raises
        ShapeError where the data set has no feature ids.
        """
        if self.feature_ids is None:
            raise ShapeError("This data set has no feature ids; make it with with_features first.")
        rows = {name: row for row, name in enumerate(self.feature_ids)}
        return np.array([rows.get(name, -1) for name in self.items.ids], dtype=np.int64)

    def with_features(self, feature_ids: Sequence[str], *, only: bool = True) -> Dataset:
        """The data set beside a feature matrix whose rows are `feature_ids`.

        With `only`, items without features and their events leave; without it they stay, with
        `feature_rows` -1. Featured items that nobody chose are added to the catalogue last, in
        the order of `feature_ids`, with nothing known about them; where the data set has an
        inventory, they are not in it.
        """
        names = tuple(feature_ids)
        if len(set(names)) != len(names):
            raise ShapeError("Feature ids repeat; every row needs an id of its own.")
        known = self.interactions.item_rows
        extra = tuple(name for name in names if name not in known)
        wider = Dataset(
            _with_catalogue(self.interactions, self.items.ids + extra),
            _append(self.items, self._newcomers(extra)),
            names,
            self.report,
        )
        return wider.take_items(np.flatnonzero(wider.feature_rows >= 0)) if only else wider

    def _newcomers(self, ids: tuple[str, ...]) -> Items:
        items = plain_items(ids)
        has_inventory = bool(np.any(self.items.added != ALWAYS))
        return replace(items, added=np.full(len(ids), NEVER)) if has_inventory else items

    def take_items(self, rows: IntArray) -> Dataset:
        """Only the items in `rows`, in that order, and the events on them. Users all stay."""
        new_row = np.full(self.interactions.n_items, -1, dtype=np.int64)
        new_row[rows] = np.arange(len(rows))
        kept = self.interactions.select(new_row[self.interactions.items] >= 0)
        items = self.items.take(rows)
        return Dataset(
            _with_catalogue(kept, items.ids, new_row), items, self.feature_ids, self.report
        )


def _with_catalogue(
    interactions: Interactions, ids: tuple[str, ...], new_row: IntArray | None = None
) -> Interactions:
    """`interactions` over another list of items; `new_row` maps old rows to new ones."""
    return Interactions(
        indptr=interactions.indptr,
        items=interactions.items if new_row is None else new_row[interactions.items],
        times=interactions.times,
        baskets=interactions.baskets,
        user_ids=interactions.user_ids,
        item_ids=ids,
        parts=interactions.parts,
    )


def _append(first: Items, second: Items) -> Items:
    """Rows of both, where `second` knows no artists."""
    return Items(
        ids=first.ids + second.ids,
        artists=np.concatenate((first.artists, second.artists)),
        artist_ids=first.artist_ids,
        one_of_a_kind=np.concatenate((first.one_of_a_kind, second.one_of_a_kind)),
        added=np.concatenate((first.added, second.added)),
        sold=np.concatenate((first.sold, second.sold)),
        clusters=None
        if first.clusters is None
        else np.concatenate((first.clusters, np.full(len(second.ids), -1, dtype=np.int64))),
    )
