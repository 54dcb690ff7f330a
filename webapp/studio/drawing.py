"""A map in small, as strokes of an SVG: each work a dot of its own colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from webapp.studio.models import Map

MOST: Final = 2_400
"""Dots; more would not be told apart."""
UNIT: Final = 500
"""Of the drawing, for one of the map."""
_STEPS: Final = 8
"""Shades of each channel: dots of one shade share a stroke."""

_SQL: Final = """
SELECT p.map_id, p.x, p.y, p.cluster_id, i.palette -> 0 ->> 'hex'
FROM unnest(%s::bigint[], %s::int[]) AS m (id, every)
JOIN studio_place p ON p.map_id = m.id
    AND (p.number %% m.every = 0 OR p.cluster_id = ANY(%s::bigint[]))
JOIN catalog_searchentry s ON s.artwork_id = p.artwork_id AND s.visible
JOIN catalog_artworkimage i ON i.artwork_id = p.artwork_id
"""


@dataclass(frozen=True, slots=True)
class Stroke:
    """Dots of one colour: the data of a path."""

    colour: str
    path: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A map in small."""

    dots: tuple[Stroke, ...]
    around: str
    """Dots of works that are not meant, in no colour of their own."""


def sketches(maps: Sequence[Map], *, leaves: Collection[int] = ()) -> dict[int, Sketch]:
    """Return maps in small by their ids, with the works of the finest neighbourhoods `leaves` in
    colour, and all of them without. One query."""
    every = [max(1, found.count // MOST) for found in maps]
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [[found.pk for found in maps], every, list(leaves)])
        rows = cursor.fetchall()
    meant = set(leaves)
    shades: dict[int, dict[str, list[str]]] = {found.pk: defaultdict(list) for found in maps}
    for pk, x, y, leaf, colour in rows:
        shade = _shade(colour or "#808080") if not meant or leaf in meant else ""
        shades[pk][shade].append(f"M{round(x * UNIT)} {round(y * UNIT)}h0")
    return {pk: _sketch(found) for pk, found in shades.items()}


def _sketch(shades: Mapping[str, Sequence[str]]) -> Sketch:
    dots = (Stroke(colour, "".join(shades[colour])) for colour in sorted(shades) if colour)
    return Sketch(tuple(dots), "".join(shades.get("", ())))


def _shade(colour: str) -> str:
    width = 255 / (_STEPS - 1)
    channels = [round(int(colour[at : at + 2], 16) / width) * width for at in (1, 3, 5)]
    return "#" + "".join(f"{round(each):02x}" for each in channels)
