"""What is to be seen on the pages of neighbourhoods: works, figures, colours, who and what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Window
from django.db.models.functions import RowNumber

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards, visible
from webapp.studio import figures
from webapp.studio.facts import SHOWN_DAYS
from webapp.studio.figures import Figures
from webapp.studio.models import Map, Neighbourhood, Place
from webapp.studio.queries import Tree

ROWS: Final = 2
"""Of a mosaic."""
WIDE: Final = 3.6
"""Least width of a row of a mosaic, by its height."""
CONSIDERED: Final = 14
"""Typical works from which a mosaic is made."""
EXPECTED: Final = 5.0
"""Recommendations that a neighbourhood would have by its size before having none means much."""
LIKED: Final = 1.5
"""How many times the gallery's likes a work a neighbourhood has that is liked much."""


Rows = tuple[tuple[Artwork, ...], ...]
"""A mosaic: works, row by row."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A neighbourhood in small."""

    node: Neighbourhood
    rows: Rows
    figures: Figures
    never: bool
    """Whether the model recommended none of its works, though it did others."""
    liked: bool
    """Whether its works are liked much more than others."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rate beside that of the whole gallery; lengths in per cent of the longer."""

    label: str
    about: str
    here: str
    there: str
    length: float
    mark: float


@dataclass(frozen=True, slots=True)
class Shelf:
    """A neighbourhood with those in it."""

    tile: Tile
    parts: tuple[Tile, ...]


def tiles(found: Map, tree: Tree, nodes: Sequence[Neighbourhood]) -> dict[int, Tile]:
    """Return tiles by the ids of their neighbourhoods. Four queries at most."""
    works = standing_for(tree, nodes)
    by_leaf = figures.by_leaf(found)
    whole = figures.total(by_leaf.values())
    return {
        node.pk: tile(node, works[node.pk], figures_of(node, tree, by_leaf), whole)
        for node in nodes
    }


def standing_for(tree: Tree, nodes: Sequence[Neighbourhood]) -> dict[int, list[Artwork]]:
    """Return the works that stand for neighbourhoods, by the ids of these: the typical ones that
    can be seen, or others where all of them were withdrawn. Three queries at most."""
    wanted = {pk for node in nodes for pk in node.typical[:CONSIDERED]}
    works = {work.pk: work for work in cards().filter(pk__in=wanted)}
    found = {
        node.pk: [works[pk] for pk in node.typical[:CONSIDERED] if pk in works] for node in nodes
    }
    bare = {node.pk: tree.leaves(node) for node in nodes if not found[node.pk]}
    others = _first_of(leaf for leaves in bare.values() for leaf in leaves) if bare else {}
    for pk, leaves in bare.items():
        found[pk] = [work for leaf in leaves for work in others.get(leaf, ())][:CONSIDERED]
    return found


def _first_of(leaves: Iterable[int]) -> dict[int, list[Artwork]]:
    """Return the first works of each of these neighbourhoods that can be seen. Two queries."""
    place = Window(RowNumber(), partition_by="cluster", order_by="number")
    rows = Place.objects.filter(cluster__in=list(leaves), artwork__in=visible())
    shown = rows.annotate(place=place).filter(place__lte=CONSIDERED).order_by("number")
    chosen = list(shown.values_list("cluster", "artwork"))
    works = cards().in_bulk([pk for _leaf, pk in chosen])
    found: defaultdict[int, list[Artwork]] = defaultdict(list)
    for leaf, pk in chosen:
        if pk in works:
            found[leaf].append(works[pk])
    return found


def tile(node: Neighbourhood, works: Sequence[Artwork], here: Figures, whole: Figures) -> Tile:
    usual = whole.likes / max(whole.works, 1)
    expected = whole.recommended * here.works / max(whole.works, 1)
    return Tile(
        node,
        mosaic(works),
        here,
        never=here.recommended == 0 and expected >= EXPECTED,
        liked=here.likes / max(here.works, 1) >= LIKED * usual > 0,
    )


def mosaic(works: Iterable[Artwork]) -> Rows:
    """Hang works in rows of one width, as many as there is room for."""
    rows: list[list[Artwork]] = [[]]
    width = 0.0
    for work in works:
        if width >= WIDE:
            if len(rows) == ROWS:
                break
            rows.append([])
            width = 0.0
        rows[-1].append(work)
        width += work.image.width / work.image.height
    return tuple(tuple(row) for row in rows)


def figures_of(node: Neighbourhood, tree: Tree, by_leaf: Mapping[int, Figures]) -> Figures:
    """Return the figures of a neighbourhood of any layer."""
    return figures.total(by_leaf[leaf] for leaf in tree.leaves(node) if leaf in by_leaf)


def shelves(found: Map, tree: Tree, *, only: Mapping[int, int] | None = None) -> list[Shelf]:
    """Return the coarse neighbourhoods of a map with those of the next layer in them.

    `only`: works that match a search, by the finest neighbourhoods; others are left out.
    """
    coarse = tree.layers[0] if tree.layers else ()
    nodes = [node for top in coarse for node in (top, *tree.parts.get(top.pk, ()))]
    if only is not None:
        nodes = [node for node in nodes if any(leaf in only for leaf in tree.leaves(node))]
    made = tiles(found, tree, nodes)
    return [
        Shelf(
            made[top.pk],
            tuple(made[part.pk] for part in tree.parts.get(top.pk, ()) if part.pk in made),
        )
        for top in coarse
        if top.pk in made
    ]


def bars(here: Figures, whole: Figures) -> list[Bar]:
    """Return how a neighbourhood fares beside the whole gallery; of lists only once some were
    sent."""
    works, all_works = max(here.works, 1), max(whole.works, 1)
    found = [
        _bar("Liked", "likes for each work", here.likes / works, whole.likes / all_works, "{:.1f}"),
        _bar("Sold", "of its works", here.sold / works, whole.sold / all_works, "{:.0%}"),
    ]
    if whole.shown:
        found.append(
            _bar(
                "Shown",
                f"times a work stood in a list, in {SHOWN_DAYS} days",
                here.shown / works,
                whole.shown / all_works,
                "{:.1f}",
            )
        )
        found.append(
            _bar(
                "Liked when shown",
                "likes in these lists for a hundred works shown",
                100 * here.answered / max(here.shown, 1),
                100 * whole.answered / whole.shown,
                "{:.1f}",
            )
        )
    if whole.recommended:
        found.append(
            _bar(
                "Recommended",
                "share of what For you chose; gallery: share of the collection",
                here.recommended / whole.recommended,
                here.works / all_works,
                "{:.1%}",
            )
        )
        found.append(
            _bar(
                "Reached",
                "works that For you chose for anybody",
                here.reached / works,
                whole.reached / all_works,
                "{:.0%}",
            )
        )
    return found


def _bar(label: str, about: str, here: float, there: float, form: str) -> Bar:
    most = max(here, there) or 1.0
    told = [form.format(each).replace("%", "\u202f%") for each in (here, there)]
    return Bar(label, about, told[0], told[1], 100 * here / most, 100 * there / most)
