"""The heat picture of a page: hexagons in shades, names of neighbourhoods, and marked works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.insight import hexes
from webapp.insight.ground import Area, Ground

SHADES: Final = 9
LIFTS: Final = (1e-9, 0.25, 0.5, 0.8, 1.25, 2.0, 4.0)
"""Below the first a neighbourhood is never recommended; the others are steps of how often its
works are, against the average work."""
_LETTER: Final = 15.0
_LINE: Final = 46.0
"""Room that a name takes, in units of the picture."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name at its place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A work at its place."""

    x: float
    y: float
    work: int


@dataclass(frozen=True, slots=True)
class Heat:
    """All that a template draws."""

    height: float
    paths: Sequence[tuple[int, str]]
    """Shade and path, for shades of which there is a hexagon."""
    labels: Sequence[Label]
    marks: Mapping[str, Sequence[Mark]]
    """By kind."""


def of_scores(
    ground: Ground, values: NDArray[np.floating], marks: Mapping[str, Iterable[int]]
) -> Heat:
    """Where works are that score high, as ninths of the hexagons.

    Args:
        ground: The map.
        values: (N,) of its places; NaN where there is none.
        marks: Ids of works to be marked, by kind; those that are not on the map are left out.
    """
    frame = hexes.frame(ground.x, ground.y)
    cells = hexes.cells(frame, ground.x, ground.y)
    shades = hexes.by_rank(cells.mean(values), SHADES)
    return _heat(ground, frame, hexes.paths(cells, shades, SHADES), marks)


def of_lifts(ground: Ground, values: NDArray[np.floating]) -> Heat:
    """How often works are recommended against the average one, by the steps of `LIFTS`."""
    frame = hexes.frame(ground.x, ground.y)
    cells = hexes.cells(frame, ground.x, ground.y)
    shades = hexes.by_step(cells.mean(values), LIFTS)
    return _heat(ground, frame, hexes.paths(cells, shades, len(LIFTS) + 1), {})


def _heat(
    ground: Ground,
    frame: hexes.Frame,
    paths: Sequence[str],
    marks: Mapping[str, Iterable[int]],
) -> Heat:
    rows = ground.rows
    return Heat(
        frame.height,
        [(shade, path) for shade, path in enumerate(paths) if path],
        _labels(frame, ground.areas),
        {
            kind: [
                Mark(frame.x(ground.x[rows[pk]]), frame.y(ground.y[rows[pk]]), pk)
                for pk in ids
                if pk in rows
            ]
            for kind, ids in marks.items()
        },
    )


def _labels(frame: hexes.Frame, areas: Sequence[Area]) -> list[Label]:
    """Names of the largest neighbourhoods, as many as do not cover each other."""
    found: list[Label] = []
    for area in sorted(areas, key=lambda each: -each.works):
        half = len(area.node.name) * _LETTER / 2
        x = min(max(frame.x(area.node.x), half), hexes.SIDE - half)
        label = Label(round(x, 1), frame.y(area.node.y), area.node.name)
        if all(_apart(label, other) for other in found):
            found.append(label)
    return found


def _apart(one: Label, other: Label) -> bool:
    width = (len(one.text) + len(other.text)) * _LETTER / 2
    return abs(one.x - other.x) > width or abs(one.y - other.y) > _LINE
