"""The map that scores are laid over: where works stand, and which neighbourhoods they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.feed.keeping import kept
from webapp.studio import queries as studio
from webapp.studio.models import Map, Neighbourhood

MOST: Final = 24
"""Neighbourhoods that can be told apart in a list; a layer of more is not shown."""
_SECONDS: Final = 600

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Area:
    """A neighbourhood of the layer that is shown."""

    node: Neighbourhood
    works: int


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A map as arrays, in the order of its places. Letters: N places."""

    map: Map
    ids: Ints
    """(N,) artwork of each place."""
    x: Floats
    y: Floats
    """(N,) from -1 to 1."""
    areas: Sequence[Area]
    area: Ints
    """(N,) row of each place's neighbourhood in `areas`."""

    @property
    def rows(self) -> dict[int, int]:
        """Row of each artwork."""
        return {pk: row for row, pk in enumerate(self.ids.tolist())}


def ground(pk: int | None = None) -> Ground | None:
    """A map that is ready, by default the newest of the look; None where there is none.

    One query, and two more where the map is new to the cache.
    """
    found = studio.live_map() if pk is None else studio.ready().filter(pk=pk).first()
    if found is None:
        return None
    key = f"insight-ground-{found.pk}-{found.revision}"
    return kept(key, _SECONDS, lambda: _read(found))


def _read(found: Map) -> Ground | None:
    places, tree = studio.places(found), studio.tree(found)
    if not len(places.ids):
        return None
    shown = next((layer for layer in reversed(tree.layers) if len(layer) <= MOST), tree.layers[0])
    row = {leaf: area for area, node in enumerate(shown) for leaf in tree.leaves(node)}
    area = np.array([row[leaf] for leaf in places.leaf.tolist()], dtype=np.int64)
    counts = np.bincount(area, minlength=len(shown))
    return Ground(
        map=found,
        ids=places.ids,
        x=places.x,
        y=places.y,
        areas=[Area(node, int(count)) for node, count in zip(shown, counts, strict=True)],
        area=area,
    )
