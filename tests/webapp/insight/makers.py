"""A gallery of two camps of looks with a map, and visitors who choose within theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.core.cache import cache
from django.utils import timezone
from numpy.typing import NDArray

from tests.webapp.makers import make_artwork, make_space
from webapp.catalog.models import Artwork
from webapp.feed import served
from webapp.feed.models import Event, Visitor
from webapp.studio.models import Map, Neighbourhood, Place
from webapp.vectors.actions import store_vectors
from webapp.vectors.models import Space


@dataclass(frozen=True)
class Camps:
    """Works of the first camp come first."""

    works: Sequence[Artwork]
    look: Space
    map: Map

    @property
    def half(self) -> int:
        return len(self.works) // 2


def make_camps(each: int = 12, *, with_map: bool = True) -> Camps:
    """Works of a camp look alike and stand together on the map, at the left and at the right."""
    cache.clear()
    served.forget()
    works = [
        make_artwork(f"{'Ridge' if number < each else 'Weave'} {number}", artist=f"Hand {number}")
        for number in range(2 * each)
    ]
    look = make_space(4)
    store_vectors(look, [work.pk for work in works], vectors(each))
    return Camps(works, look, make_map(look, works) if with_map else Map())


def vectors(each: int) -> NDArray[np.float32]:
    """Unit vectors of two camps."""
    rng = np.random.default_rng(0)
    rows = np.repeat(np.eye(4)[:2], each, axis=0) + 0.1 * rng.normal(size=(2 * each, 4))
    units: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("f4")
    return units


def make_map(space: Space, works: Sequence[Artwork]) -> Map:
    """One layer of two neighbourhoods."""
    made = Map.objects.create(
        space=space, purpose="look", label="look", number=1, state=Map.State.READY
    )
    rng = np.random.default_rng(1)
    half = len(works) // 2
    for number, name in enumerate(("Evening ridges", "Woven grids")):
        node = Neighbourhood.objects.create(
            map=made,
            layer=0,
            number=number,
            name=name,
            proposed=name,
            size=half,
            x=number - 0.5,
            y=0.0,
        )
        for place, work in list(enumerate(works))[number * half : (number + 1) * half]:
            x, y = np.array([number - 0.5, 0.0]) + 0.2 * rng.normal(size=2)
            Place.objects.create(
                map=made, artwork=work, number=place, x=float(x), y=float(y), cluster=node
            )
    return made


def make_visitor(works: Sequence[Artwork], kind: str = "like") -> Visitor:
    """Somebody who did something with these works, the last one last."""
    visitor = Visitor.objects.create()
    now = timezone.now()
    for age, work in enumerate(reversed(works)):
        time = now - timedelta(hours=age + 1)
        Event.objects.create(visitor=visitor, artwork=work, kind=kind, time=time)
    return visitor
