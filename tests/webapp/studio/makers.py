"""Maps for tests: six works in two coarse neighbourhoods of two fine ones each."""

from __future__ import annotations

from collections.abc import Sequence

from tests.webapp.makers import make_artwork, make_space
from webapp.catalog.models import Artwork
from webapp.studio.models import Map, Neighbourhood, Place
from webapp.vectors.models import Space

FINE = (0, 0, 1, 2, 2, 3)
"""The fine neighbourhood of each work; two of them make a coarse one."""


def make_works() -> list[Artwork]:
    return [make_artwork(f"Ridge {number}", artist=f"Studio {number % 2}") for number in range(6)]


def make_map(
    works: Sequence[Artwork], *, space: Space | None = None, purpose: str = "look", number: int = 1
) -> Map:
    """A ready map on which the works stand in a row."""
    space = space or Space.objects.filter(purpose=purpose).first() or make_space()
    found = Map.objects.create(
        space=space,
        purpose=purpose,
        label=purpose.capitalize(),
        number=number,
        state=Map.State.READY,
        count=len(works),
    )
    coarse = [_node(found, 0, each, works[3 * each : 3 * each + 3]) for each in range(2)]
    fine = [
        _node(found, 1, each, [w for w, f in zip(works, FINE, strict=True) if f == each], coarse)
        for each in range(4)
    ]
    for row, work in enumerate(works):
        Place.objects.create(
            map=found, artwork=work, number=row, x=row / 5 - 0.5, y=0.5, cluster=fine[FINE[row]]
        )
    return found


def node(found: Map, layer: int, number: int) -> Neighbourhood:
    return Neighbourhood.objects.get(map=found, layer=layer, number=number)


def _node(
    found: Map,
    layer: int,
    number: int,
    works: Sequence[Artwork],
    above: Sequence[Neighbourhood] = (),
) -> Neighbourhood:
    name = f"{'Coarse' if layer == 0 else 'Fine'} {number}"
    return Neighbourhood.objects.create(
        map=found,
        layer=layer,
        number=number,
        parent=above[number // 2] if above else None,
        name=name,
        proposed=name,
        words=[["style", "Ridges", 0.9, 0.1]],
        size=len(works),
        x=0.1 * number,
        y=0.2,
        typical=[work.pk for work in works],
        outliers=[works[0].pk],
        nearest=[each for each in range(2 if layer == 0 else 4) if each != number],
    )
