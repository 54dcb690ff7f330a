"""Two maps side by side, of whatever spaces: where the works of each neighbourhood of the one stand
on the other, as ribbons between two columns.

Matching (`workers.atlas_names`) tells which neighbourhood is which, of maps that follow each other.
This tells nothing but who lives with whom, so it holds for look and taste as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards
from webapp.studio import queries
from webapp.studio.models import Map, Neighbourhood
from webapp.studio.queries import Tree

MOST: Final = 20
"""Neighbourhoods of a column; a layer of more is not shown."""
HIGH: Final = 100.0
"""Of the drawing, which is as wide."""
GAP: Final = 0.8
"""Between two neighbourhoods of a column."""
LEAST: Final = 2.8
"""Height of a neighbourhood that a name finds room beside."""

_SQL: Final = """
SELECT a.cluster_id, b.cluster_id, count(*)
FROM studio_place a
JOIN studio_place b ON b.artwork_id = a.artwork_id AND b.map_id = %s
JOIN catalog_searchentry s ON s.artwork_id = a.artwork_id AND s.visible
WHERE a.map_id = %s GROUP BY a.cluster_id, b.cluster_id
"""

Pair = tuple[int, int]
"""Ids of a neighbourhood of the one map and of one of the other."""


@dataclass(frozen=True, slots=True)
class End:
    """A neighbourhood in its column."""

    node: Neighbourhood
    works: int
    """That both maps have."""
    top: float
    height: float
    work: Artwork | None
    """A typical one."""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Works of a neighbourhood of the one map that are in one of the other."""

    one: Neighbourhood
    other: Neighbourhood
    works: int
    path: str
    most: bool
    """Whether no larger part of `one` is together elsewhere."""


@dataclass(frozen=True, slots=True)
class Flows:
    """All that a page shows of two maps."""

    works: int
    """That both have."""
    left: Sequence[End]
    right: Sequence[End]
    ribbons: Sequence[Ribbon]
    together: float
    """Share of them that are where most of their neighbourhood is on the other map…"""
    by_lot: float
    """…and the share if each were dealt a place there: that of its largest neighbourhood."""


def flows(one: Map, other: Map) -> Flows | None:
    """Return how the neighbourhoods of two maps overlap; None if no work is on both.

    Four queries.
    """
    trees = queries.tree(one), queries.tree(other)
    layers = [_layer(tree) for tree in trees]
    counts = _counts(
        one, other, *(_rooted(tree, layer) for tree, layer in zip(trees, layers, strict=True))
    )
    if not counts:
        return None
    sums = Counter[int](), Counter[int]()
    for pair, works in counts.items():
        for side, pk in zip(sums, pair, strict=True):
            side[pk] += works
    left_order = [pk for pk, _ in sums[0].most_common()]
    right_order = sorted(sums[1], key=lambda pk: (_middle(pk, counts, left_order), pk))
    typical = _typical([trees[side].nodes[pk] for side in (0, 1) for pk in sums[side]])
    left, right = (
        _column([tree.nodes[pk] for pk in order], side, typical)
        for tree, order, side in zip(trees, (left_order, right_order), sums, strict=True)
    )
    total = sums[0].total()
    best = {pk: max(works for pair, works in counts.items() if pair[0] == pk) for pk in sums[0]}
    return Flows(
        works=total,
        left=left,
        right=right,
        ribbons=_ribbons(counts, left, right, best),
        together=sum(best.values()) / total,
        by_lot=max(sums[1].values()) / total,
    )


def works_between(one: Neighbourhood, other: Neighbourhood) -> list[int]:
    """Return the visible works that are in both of two neighbourhoods, of two maps, in the order of
    the first map."""
    there = set(queries.works_in(other))
    return [pk for pk in queries.works_in(one) if pk in there]


def _layer(tree: Tree) -> Sequence[Neighbourhood]:
    """The finest layer that can be told apart in a column."""
    fitting = [layer for layer in tree.layers if len(layer) <= MOST]
    return (fitting or list(tree.layers[:1]) or [()])[-1]


def _rooted(tree: Tree, layer: Sequence[Neighbourhood]) -> dict[int, int]:
    return {leaf: node.pk for node in layer for leaf in tree.leaves(node)}


def _counts(
    one: Map, other: Map, left: Mapping[int, int], right: Mapping[int, int]
) -> Counter[Pair]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [other.pk, one.pk])
        rows = cursor.fetchall()
    found: Counter[Pair] = Counter()
    for a, b, works in rows:
        found[left[a], right[b]] += works
    return found


def _middle(pk: int, counts: Mapping[Pair, int], order: Sequence[int]) -> float:
    """Where in the other column the works of a neighbourhood come from: so ribbons cross little."""
    places = [(order.index(a), works) for (a, b), works in counts.items() if b == pk]
    return sum(place * works for place, works in places) / sum(works for _, works in places)


def _typical(nodes: Sequence[Neighbourhood]) -> dict[int, Artwork]:
    """By neighbourhood, the most typical of its works that can still be seen."""
    works = cards().in_bulk({pk for node in nodes for pk in node.typical[:4]})
    return {
        node.pk: next(works[pk] for pk in node.typical[:4] if pk in works)
        for node in nodes
        if any(pk in works for pk in node.typical[:4])
    }


def _column(
    nodes: Sequence[Neighbourhood], sizes: Mapping[int, int], typical: Mapping[int, Artwork]
) -> list[End]:
    room = HIGH - GAP * (len(nodes) - 1) - LEAST * len(nodes)
    total = sum(sizes[node.pk] for node in nodes)
    ends, top = [], 0.0
    for node in nodes:
        height = LEAST + room * sizes[node.pk] / total
        ends.append(End(node, sizes[node.pk], top, height, typical.get(node.pk)))
        top += height + GAP
    return ends


def _ribbons(
    counts: Mapping[Pair, int],
    left: Sequence[End],
    right: Sequence[End],
    best: Mapping[int, int],
) -> list[Ribbon]:
    """From top to bottom of the left column; at each end in the order of the other column."""
    begun = {end.node.pk: end.top for end in left}, {end.node.pk: end.top for end in right}
    ribbons = []
    for one in left:
        for other in right:
            works = counts.get((one.node.pk, other.node.pk), 0)
            if not works:
                continue
            edges = []
            for begins, end in zip(begun, (one, other), strict=True):
                top = begins[end.node.pk]
                begins[end.node.pk] = top + end.height * works / end.works
                edges.append((top, begins[end.node.pk]))
            path = _path(*edges)
            most = works == best[one.node.pk]
            ribbons.append(Ribbon(one.node, other.node, works, path, most))
    return ribbons


def _path(left: tuple[float, float], right: tuple[float, float]) -> str:
    (a, b), (c, d) = left, right
    return (
        f"M0,{a:.2f} C50,{a:.2f} 50,{c:.2f} 100,{c:.2f}"
        f" L100,{d:.2f} C50,{d:.2f} 50,{b:.2f} 0,{b:.2f} Z"
    )
