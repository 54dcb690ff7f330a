"""Read side of the studio: maps, and who stands where on them. Nothing in this module writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final, NamedTuple

import numpy as np
from django.db.models import Case, Exists, Max, OuterRef, Q, QuerySet, Value, When
from numpy.typing import NDArray

from webapp.studio.models import Map, Neighbourhood, Place
from webapp.vectors.models import Space, Vector

TITLES: Final = (("look", "How works look"), ("taste", "How a model sees them"))
"""Purpose: what its maps show."""


TRIES: Final = 3
"""How often in a row a map may fail before only a curator can ask for it."""
PAUSE: Final = timedelta(minutes=30)
"""After the first failure; twice as long after the second."""


class Places(NamedTuple):
    """The works of a map, by number; those that were deleted since are left out."""

    number: NDArray[np.int64]
    ids: NDArray[np.int64]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    leaf: NDArray[np.int64]
    """Ids of the finest neighbourhoods."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The neighbourhoods of a map."""

    nodes: Mapping[int, Neighbourhood]
    """By id."""
    layers: tuple[tuple[Neighbourhood, ...], ...]
    """Coarse to fine, each in the order of their numbers."""
    parts: Mapping[int, tuple[Neighbourhood, ...]]
    """Of each, those of the next layer that lie in it."""

    def leaves(self, node: Neighbourhood) -> list[int]:
        """Return the ids of the finest ones in `node`: itself, if it is one."""
        parts = self.parts.get(node.pk, ())
        return [pk for part in parts for pk in self.leaves(part)] or [node.pk]

    def ancestors(self, node: Neighbourhood) -> list[Neighbourhood]:
        """Return those that `node` lies in, the coarsest first."""
        found: list[Neighbourhood] = []
        while node.parent_id is not None:
            node = self.nodes[node.parent_id]
            found.insert(0, node)
        return found


def maps() -> QuerySet[Map]:
    """Return all maps, newest first, each with its space, without what only one page shows."""
    related = Map.objects.select_related("space", "by", "former")
    return related.defer("changes", "space__transform", "space__head")


def ready() -> QuerySet[Map]:
    """Return the maps that can be shown, newest first."""
    return maps().filter(state=Map.State.READY)


def live_map(purpose: str = "look") -> Map | None:
    """Return the newest map of the space that serves `purpose`, or else of one that did."""
    serving = Case(When(space__state=Space.State.LIVE, then=Value(0)), default=Value(1))
    return ready().filter(purpose=purpose).order_by(serving, "-pk").first()


@dataclass(frozen=True, slots=True)
class Room:
    """The versions of the maps of one purpose."""

    purpose: str
    title: str
    shown: Map | None
    """What the studio opens."""
    versions: tuple[Map, ...]
    """Newest first: all that are kept."""
    retried: Map | None
    """The failed one of the space that serves, if the round tries it again…"""
    again: datetime | None
    """…from then on."""


def tried_again(versions: Sequence[Map]) -> datetime | None:
    """Return when the round tries a map again that failed; None where it does not.

    Args:
        versions: The newest maps of one live space, newest first; `TRIES` of them suffice.
    """
    failed = list(takewhile(lambda each: each.state == Map.State.FAILED, versions))
    if not 0 < len(failed) < TRIES or failed[0].finished is None:
        return None
    return failed[0].finished + len(failed) * PAUSE


def rooms() -> list[Room]:
    """Return the maps by purpose, the look first. One query."""
    by_purpose: dict[str, list[Map]] = {TITLES[0][0]: []}
    for found in maps():
        by_purpose.setdefault(found.purpose, []).append(found)
    return [_room(purpose, found) for purpose, found in by_purpose.items()]


def _room(purpose: str, versions: Sequence[Map]) -> Room:
    serving = [each for each in versions if each.space and each.space.state == Space.State.LIVE]
    again = tried_again(serving)
    shown = [each for each in (*serving, *versions) if each.state == Map.State.READY]
    return Room(
        purpose,
        title=dict(TITLES).get(purpose, purpose.capitalize()),
        shown=shown[0] if shown else None,
        versions=tuple(versions),
        retried=serving[0] if again else None,
        again=again,
    )


def spaces() -> QuerySet[Space]:
    """Return the spaces of which a map can be asked for, those that serve first."""
    there = Space.objects.exclude(state__in=(Space.State.BUILDING, Space.State.DROPPED))
    serving = Case(When(state=Space.State.LIVE, then=Value(0)), default=Value(1))
    return there.defer("transform", "head").order_by(serving, "purpose", "-pk")


def waiting() -> QuerySet[Map]:
    """Return the maps that a worker is to draw, or is drawing: themselves, or their sheets."""
    sheets_due = Q(state=Map.State.READY, sheets_due=True)
    return Map.objects.filter(Q(state__in=Map.OPEN) | sheets_due)


def unplaced(found: Map) -> QuerySet[Vector]:
    """Return the vectors of the visible works that are not on a map of their space yet."""
    there = Place.objects.filter(map=found, artwork=OuterRef("artwork"))
    lacking = Vector.objects.filter(~Exists(there), space=found.space_id)
    return lacking.filter(artwork__entry__visible=True)


def places(found: Map) -> Places:
    """Return where the works of a map stand, in the order of their numbers. One query."""
    rows = Place.objects.filter(map=found).order_by("number")
    table = np.array(
        list(rows.values_list("number", "artwork_id", "x", "y", "cluster_id")), dtype=np.float64
    ).reshape(-1, 5)
    number, ids, leaf = (table[:, column].astype(np.int64) for column in (0, 1, 4))
    return Places(number, ids, table[:, 2].astype("f4"), table[:, 3].astype("f4"), leaf)


def order(found: Map) -> NDArray[np.int64]:
    """Return the works of a map by the number of their place; 0 where a work was deleted."""
    last = Place.objects.filter(map=found).aggregate(last=Max("number"))["last"]
    ids = np.zeros(0 if last is None else last + 1, dtype=np.int64)
    for number, pk in Place.objects.filter(map=found).values_list("number", "artwork_id"):
        ids[number] = pk
    return ids


def tree(found: Map) -> Tree:
    """Return the neighbourhoods of a map. One query."""
    nodes = Neighbourhood.objects.filter(map=found).select_related("named_by")
    by_layer: dict[int, list[Neighbourhood]] = defaultdict(list)
    parts: dict[int, list[Neighbourhood]] = defaultdict(list)
    for node in nodes.order_by("layer", "number"):
        by_layer[node.layer].append(node)
        if node.parent_id is not None:
            parts[node.parent_id].append(node)
    return Tree(
        {node.pk: node for layer in by_layer.values() for node in layer},
        tuple(tuple(by_layer[layer]) for layer in sorted(by_layer)),
        {pk: tuple(found) for pk, found in parts.items()},
    )


def works_in(*nodes: Neighbourhood) -> list[int]:
    """Return the ids of the visible works of a neighbourhood, or of several, by the map and the
    number of their places."""
    trees = {pk: tree(found) for pk, found in {node.map_id: node.map for node in nodes}.items()}
    leaves = {leaf for node in nodes for leaf in trees[node.map_id].leaves(node)}
    shown = Place.objects.filter(cluster__in=leaves, artwork__entry__visible=True)
    return list(shown.order_by("map", "number").values_list("artwork_id", flat=True))
