"""What is to be seen on the pages of neighbourhoods: works, figures, colours, who and what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards
from webapp.studio import figures
from webapp.studio.facts import SHOWN_DAYS
from webapp.studio.figures import Figures
from webapp.studio.models import Map, Neighbourhood
from webapp.studio.queries import Tree

MOSAIC: Final = 7
"""Works on a tile."""
LIKED: Final = 1.5
"""How many times the gallery's likes a work a neighbourhood has that is liked much."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A neighbourhood in small."""

    node: Neighbourhood
    works: tuple[Artwork, ...]
    """The most typical first."""
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
    """Return tiles by the ids of their neighbourhoods. Two queries at most."""
    wanted = {pk for node in nodes for pk in node.typical[: 2 * MOSAIC]}
    works = {work.pk: work for work in cards().filter(pk__in=wanted)}
    by_leaf = figures.by_leaf(found)
    whole = figures.total(by_leaf.values())
    return {node.pk: _tile(node, works, figures_of(node, tree, by_leaf), whole) for node in nodes}


def _tile(node: Neighbourhood, works: Mapping[int, Artwork], here: Figures, whole: Figures) -> Tile:
    shown = tuple(works[pk] for pk in node.typical if pk in works)[:MOSAIC]
    usual = whole.likes / max(whole.works, 1)
    return Tile(
        node,
        shown,
        here,
        never=whole.recommended > 0 and here.recommended == 0,
        liked=here.likes / max(here.works, 1) >= LIKED * usual > 0,
    )


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
    """Return how a neighbourhood fares beside the whole gallery."""
    return [
        _bar(
            "Liked",
            "likes for each work",
            here.likes / max(here.works, 1),
            whole.likes / max(whole.works, 1),
            "{:.1f}",
        ),
        _bar(
            "Shown",
            f"times a work stood in a list, in {SHOWN_DAYS} days",
            here.shown / max(here.works, 1),
            whole.shown / max(whole.works, 1),
            "{:.1f}",
        ),
        _bar(
            "Liked when shown",
            "likes for a hundred times shown",
            100 * here.likes / here.shown if here.shown else 0.0,
            100 * whole.likes / whole.shown if whole.shown else 0.0,
            "{:.1f}",
        ),
        _bar(
            "Sold",
            "of its works",
            here.sold / max(here.works, 1),
            whole.sold / max(whole.works, 1),
            "{:.0%}",
        ),
        _bar(
            "Recommended",
            "share of what For you showed, beside its share of the collection",
            here.recommended / whole.recommended if whole.recommended else 0.0,
            here.works / max(whole.works, 1),
            "{:.1%}",
        ),
        _bar(
            "Reached",
            "works that For you showed to anybody",
            here.reached / max(here.works, 1),
            whole.reached / max(whole.works, 1),
            "{:.0%}",
        ),
    ]


def _bar(label: str, about: str, here: float, there: float, form: str) -> Bar:
    most = max(here, there) or 1.0
    told = [form.format(each).replace("%", "\u202f%") for each in (here, there)]
    return Bar(label, about, told[0], told[1], 100 * here / most, 100 * there / most)
