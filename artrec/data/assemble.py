"""From loose events, as the readers find them, to a data set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from artrec.data.dataset import Dataset
from artrec.data.interactions import TRAIN, Interactions, order_ids
from artrec.data.items import ALWAYS, NEVER, Items
from artrec.data.report import ReadReport


class Event(NamedTuple):
    """One choice, by the ids of the file."""

    user: str
    item: str
    time: int | None
    part: int = TRAIN


class Fact(NamedTuple):
    """What a file tells about one item."""

    artist: str = ""
    added: int = ALWAYS
    one_of_a_kind: bool = False
    cluster: int = -1


NOT_LISTED = Fact(added=NEVER)
"""An item that was chosen though the inventory does not list it."""


def assemble(
    events: Sequence[Event],
    report: ReadReport,
    *,
    facts: Mapping[str, Fact] | None = None,
    unlisted: Fact | None = None,
    extra_users: Iterable[str] = (),
) -> Dataset:
    """Number users and items (see `order_ids`) and build the data set.

    The catalogue is every item chosen or listed in `facts`; an item chosen but not listed gets
    `unlisted`. Times are used only where every event has one; else the order of events is the time.
    """
    listed = facts or {}
    user_ids = order_ids([event.user for event in events] + list(extra_users))
    item_ids = order_ids([event.item for event in events] + list(listed))
    user_row = {name: row for row, name in enumerate(user_ids)}
    item_row = {name: row for row, name in enumerate(item_ids)}
    times = [event.time for event in events if event.time is not None]
    parts = [event.part for event in events]
    interactions = Interactions.build(
        [user_row[event.user] for event in events],
        [item_row[event.item] for event in events],
        times if len(times) == len(events) else None,
        user_ids=user_ids,
        item_ids=item_ids,
        parts=parts if any(part != TRAIN for part in parts) else None,
    )
    missing = unlisted or Fact()
    rows = [listed.get(name, missing) for name in item_ids]
    return Dataset(interactions, _items(item_ids, rows), report=report)


def _items(ids: tuple[str, ...], facts: list[Fact]) -> Items:
    artist_ids = order_ids(fact.artist for fact in facts if fact.artist)
    row = {name: place for place, name in enumerate(artist_ids)}
    clusters = np.array([fact.cluster for fact in facts], dtype=np.int64)
    return Items(
        ids=ids,
        artists=np.array([row.get(fact.artist, -1) for fact in facts], dtype=np.int64),
        artist_ids=artist_ids,
        one_of_a_kind=np.array([fact.one_of_a_kind for fact in facts], dtype=np.bool_),
        added=np.array([fact.added for fact in facts], dtype=np.int64),
        sold=np.full(len(ids), NEVER, dtype=np.int64),
        clusters=clusters if np.any(clusters >= 0) else None,
    )
