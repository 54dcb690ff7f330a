"""What became of the neighbourhoods of one map on the next, for a page of pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards
from webapp.studio.models import Map, Neighbourhood
from webapp.studio.portraits import CONSIDERED, Rows, mosaic
from webapp.studio.queries import Tree, tree

MOVED: Final = 24
"""Works that changed sides which are shown of a layer."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """A neighbourhood with its typical works."""

    node: Neighbourhood
    rows: Rows


@dataclass(frozen=True, slots=True)
class Turn:
    """Neighbourhoods of the old map, and what they became on the new one."""

    before: tuple[Pictured, ...]
    after: tuple[Pictured, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A work that changed sides."""

    work: Artwork
    before: Neighbourhood
    after: Neighbourhood


@dataclass(frozen=True, slots=True)
class Layer:
    """What changed in one layer."""

    kept: int
    of: int
    """Neighbourhoods of the old map."""
    stability: float
    """Share of the works of both maps that stayed with their neighbourhood."""
    renamed: tuple[Turn, ...]
    merged: tuple[Turn, ...]
    split: tuple[Turn, ...]
    born: tuple[Pictured, ...]
    gone: tuple[Pictured, ...]
    moved: tuple[Move, ...]
    moved_in_all: int


def told(found: Map, former: Map) -> list[Layer]:
    """Return what changed from `former` to `found`, coarse to fine. Three queries."""
    before, after = tree(former), tree(found)
    stored = found.changes["layers"]
    wanted = [pk for layer in stored for pk, _, _ in layer["moved"][:MOVED]]
    for node in _involved(stored, before, after):
        wanted += node.typical[:CONSIDERED]
    works = {work.pk: work for work in cards().filter(pk__in=set(wanted))}
    return [
        _layer(layer, old, new, works)
        for layer, old, new in zip(stored, before.layers, after.layers, strict=False)
    ]


def _involved(stored: Sequence[Any], before: Tree, after: Tree) -> Iterable[Neighbourhood]:
    for layer, old, new in zip(stored, before.layers, after.layers, strict=False):
        pairs = [(old[a], new[b]) for a, b, _ in layer["pairs"]]
        yield from (node for pair in pairs if pair[0].name != pair[1].name for node in pair)
        yield from (new[number] for number in layer["born"])
        yield from (old[number] for number in layer["gone"])
        for number, numbers in layer["merged"]:
            yield from (new[number], *(old[each] for each in numbers))
        for number, numbers in layer["split"]:
            yield from (old[number], *(new[each] for each in numbers))


def _seen(node: Neighbourhood, works: Mapping[int, Artwork]) -> list[Artwork]:
    return [works[pk] for pk in node.typical[:CONSIDERED] if pk in works]


def _layer(
    layer: Any,
    old: Sequence[Neighbourhood],
    new: Sequence[Neighbourhood],
    works: dict[int, Artwork],
) -> Layer:
    def pictured(nodes: Sequence[Neighbourhood], numbers: Iterable[int]) -> tuple[Pictured, ...]:
        return tuple(
            Pictured(nodes[number], mosaic(_seen(nodes[number], works))) for number in numbers
        )

    merged = {number for _, numbers in layer["merged"] for number in numbers}
    split = {number for _, numbers in layer["split"] for number in numbers}
    pairs = [(a, b) for a, b, _ in layer["pairs"]]
    return Layer(
        kept=len(pairs),
        of=len(old),
        stability=layer["stability"],
        renamed=tuple(
            Turn(pictured(old, [a]), pictured(new, [b]))
            for a, b in pairs
            if old[a].name != new[b].name and a not in merged and b not in split
        ),
        merged=tuple(Turn(pictured(old, a), pictured(new, [b])) for b, a in layer["merged"]),
        split=tuple(Turn(pictured(old, [a]), pictured(new, b)) for a, b in layer["split"]),
        born=pictured(new, (number for number in layer["born"] if number not in split)),
        gone=pictured(old, (number for number in layer["gone"] if number not in merged)),
        moved=tuple(
            Move(works[pk], old[a], new[b]) for pk, a, b in layer["moved"][:MOVED] if pk in works
        ),
        moved_in_all=len(layer["moved"]),
    )
