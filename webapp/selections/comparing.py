"""What distinguishes two selections: facts, likes, neighbourhoods, and typical works of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from django.db.models import Count

from webapp.catalog import facets, offering
from webapp.catalog.conditions import of_ids
from webapp.catalog.facets import Counts
from webapp.catalog.models import Artist, Artwork
from webapp.feed.models import Event
from webapp.selections import queries
from webapp.studio import queries as studio
from webapp.studio.models import Place
from webapp.vectors import queries as vectors

ROWS: Final = 6
"""Values of a facet that are shown, those that differ most."""
TYPICAL: Final = 8
SAMPLE: Final = 2_000
"""Works of each side that are looked at for what is typical."""
NAMES: Final = ("style", "artist", "medium", "colour", "period", "price", "size", "orientation")


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a facet, on both sides."""

    label: str
    left: int
    right: int
    left_share: float
    right_share: float
    """Of the works of each side, 0 to 1."""
    swatch: str = ""
    """Of a colour: its name."""

    @property
    def difference(self) -> float:
        """How much the shares differ."""
        return abs(self.left_share - self.right_share)


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with the values in which two sides differ most."""

    label: str
    rows: tuple[Row, ...]
    more: int
    """Values that are not shown."""


@dataclass(frozen=True, slots=True)
class Likes:
    """How works of a side are liked."""

    per_work: float
    share: float
    """Of the works that anybody likes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides."""

    facets: tuple[Facet, ...]
    likes: tuple[Likes, Likes]
    typical: tuple[tuple[Artwork, ...], tuple[Artwork, ...]]
    """Works of one side alone that look least like the other; empty where no space is live."""
    shared: tuple[int, ...]


def compare(left: Sequence[int], right: Sequence[int]) -> Comparison:
    """Compare two lists of visible works. A fixed number of queries."""
    sides = (left, right)
    counts = [facets.count([of_ids(side)], {}) for side in sides]
    found = [*(_facet(name, *counts) for name in NAMES), *_neighbourhoods(left, right)]
    others = set(right)
    return Comparison(
        facets=tuple(facet for facet in found if facet.rows),
        likes=(_likes(left), _likes(right)),
        typical=_typical(left, right),
        shared=tuple(pk for pk in left if pk in others),
    )


def labels(name: str, values: Iterable[str]) -> dict[str, str]:
    """Return raw values of a facet, as `facets.count` has them, in words. One query for artists."""
    if name == "artist":
        named = Artist.objects.in_bulk([int(value) for value in values])
        return {str(pk): artist.name for pk, artist in named.items()}
    found = {}
    for value in values:
        for facet in offering.offered(Counts(1, {}, {name: {value: 1}}), {}):
            found[value] = facet.options[0].label
    return found


def _facet(name: str, left: Counts, right: Counts) -> Facet:
    both = (left.values.get(name, {}), right.values.get(name, {}))
    found, more = _most_different(*both, left.total, right.total)
    words = labels(name, [row.label for row in found])
    rows = tuple(
        replace(row, label=words[row.label], swatch=row.label if name == "colour" else "")
        for row in found
        if row.label in words
    )
    return Facet(offering.LABELS[name], rows, more)


def _most_different(
    left: Mapping[str, int], right: Mapping[str, int], all_left: int, all_right: int
) -> tuple[list[Row], int]:
    """The values in which two sides differ most, as rows, and how many more there are."""
    rows = []
    for value in left.keys() | right.keys():
        one, two = left.get(value, 0), right.get(value, 0)
        rows.append(Row(value, one, two, one / max(all_left, 1), two / max(all_right, 1)))
    rows.sort(key=lambda row: (-row.difference, -(row.left + row.right), row.label))
    return rows[:ROWS], max(0, len(rows) - ROWS)


def _neighbourhoods(left: Sequence[int], right: Sequence[int]) -> list[Facet]:
    """By the coarse neighbourhoods of the newest map; nothing where there is no map."""
    found = studio.live_map()
    if found is None:
        return []
    tree = studio.tree(found)
    rooted = {
        leaf: node.pk for layer in tree.layers[:1] for node in layer for leaf in tree.leaves(node)
    }
    places = Place.objects.filter(map=found, artwork__in=queries.among({*left, *right}))
    where = dict(places.values_list("artwork_id", "cluster_id"))
    one, two = (
        Counter(str(rooted[where[pk]]) for pk in side if where.get(pk) in rooted)
        for side in (left, right)
    )
    rows, more = _most_different(one, two, one.total(), two.total())
    named = tuple(replace(row, label=tree.nodes[int(row.label)].name) for row in rows)
    return [Facet("Neighbourhood", named, more)]


def _likes(works: Sequence[int]) -> Likes:
    events = Event.objects.filter(kind=Event.Kind.LIKE, undone=None)
    told = events.filter(artwork__in=queries.among(works)).aggregate(
        likes=Count("pk"), liked=Count("artwork", distinct=True)
    )
    size = max(len(works), 1)
    return Likes(told["likes"] / size, told["liked"] / size)


def _typical(
    left: Sequence[int], right: Sequence[int]
) -> tuple[tuple[Artwork, ...], tuple[Artwork, ...]]:
    space = vectors.live_space()
    if space is None:
        return (), ()
    ids, rows = vectors.vectors_of(space, {*_spread(left), *_spread(right)})
    sides = [np.isin(ids, np.array(side, dtype=np.int64)) for side in (left, right)]
    if not (sides[0].any() and sides[1].any()):
        return (), ()
    direction = rows[sides[0]].mean(axis=0) - rows[sides[1]].mean(axis=0)
    lean = rows @ direction
    picked = []
    for own, other, sign in ((sides[0], sides[1], -1), (sides[1], sides[0], 1)):
        alone = np.flatnonzero(own & ~other)
        best = alone[np.argsort(sign * lean[alone], kind="stable")][:TYPICAL]
        picked.append(ids[best].tolist())
    cards = queries.cards_of([*picked[0], *picked[1]])
    one, two = (tuple(cards[pk] for pk in side if pk in cards) for side in picked)
    return one, two


def _spread(works: Sequence[int]) -> list[int]:
    """Return `SAMPLE` of these, spread evenly, or all."""
    places = np.linspace(0, len(works) - 1, min(SAMPLE, len(works))).astype(int)
    return [works[place] for place in places.tolist()]
