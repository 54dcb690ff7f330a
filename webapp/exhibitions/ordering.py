"""Orders that a room can be given by one button: by colour, by year, by size, or as a walk in which
each work looks like the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import atan2
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from webapp.catalog.models import Artwork
from webapp.vectors.queries import live_space, vectors_of

GREY: Final = 8.0
"""Chroma in CIELAB up to which a work counts as grey; greys come last, the light ones first."""
ROUNDS: Final = 30
"""How often at most all pairs of steps are looked at to shorten a walk."""


def by_colour(works: Sequence[Artwork]) -> list[int]:
    """Return the works around the circle of hues, from red over yellow and blue; then greys."""
    return [work.pk for work in sorted(works, key=_hue)]


def by_year(works: Sequence[Artwork]) -> list[int]:
    """Return the oldest first; those without a year last."""
    return [work.pk for work in sorted(works, key=lambda work: (work.year is None, work.year or 0))]


def by_size(works: Sequence[Artwork]) -> list[int]:
    """Return the largest first; those of unknown size last."""
    return [work.pk for work in sorted(works, key=_area, reverse=True)]


def by_look(works: Sequence[Artwork]) -> list[int]:
    """Return a short walk through the space of the look that begins where it begins now; works
    without a vector come last. Two queries."""
    order = [work.pk for work in works]
    space = live_space()
    if space is None:
        return order
    ids, vectors = vectors_of(space, order)
    place = {int(pk): row for row, pk in enumerate(ids)}
    placed = [pk for pk in order if pk in place]
    rows = np.array([place[pk] for pk in placed], dtype=np.int64)
    walked = [placed[step] for step in walk(vectors[rows])]
    return walked + [pk for pk in order if pk not in place]


def walk(vectors: NDArray[Any]) -> list[int]:
    """Return the rows of (N, D) as a walk of small steps that begins with the first.

    Nearest neighbour first, then 2-opt (Croes, "A method for solving traveling-salesman problems",
    Operations Research 6, 1958): stretches are turned round while that shortens the walk.
    """
    count = len(vectors)
    if count < 3:
        return list(range(count))
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1)
    order = _nearest_first(apart)
    for _round in range(ROUNDS):
        if not _shorten(order, apart):
            break
    return order


def _nearest_first(apart: NDArray[Any]) -> list[int]:
    order, left = [0], set(range(1, len(apart)))
    while left:
        nearest = min(left, key=lambda row: (apart[order[-1], row], row))
        order.append(nearest)
        left.remove(nearest)
    return order


def _shorten(order: list[int], apart: NDArray[Any]) -> bool:
    """Turn stretches round where that helps; the first work stays. Tell whether any was turned."""
    turned = False
    for start in range(1, len(order) - 1):
        for end in range(start + 1, len(order)):
            before, first, last = order[start - 1], order[start], order[end]
            gain = apart[before, first] - apart[before, last]
            if end + 1 < len(order):
                gain += apart[last, order[end + 1]] - apart[first, order[end + 1]]
            if gain > 1e-6:
                order[start : end + 1] = order[start : end + 1][::-1]
                turned = True
    return turned


def _hue(work: Artwork) -> tuple[int, float]:
    shares = [(swatch["share"], *swatch["lab"]) for swatch in work.image.palette]
    # Colours weigh by how colourful they are: a small red on a grey ground is what one sees.
    parts = [(share * (a * a + b * b) ** 0.5, lightness, a, b) for share, lightness, a, b in shares]
    _weight, lightness, a, b = max(parts, default=(0.0, 0.0, 0.0, 0.0))
    if (a * a + b * b) ** 0.5 <= GREY:
        return 1, -lightness
    return 0, atan2(b, a) % 6.2832


def _area(work: Artwork) -> float:
    return float((work.width_cm or 0) * (work.height_cm or 0))


WAYS: Final[dict[str, tuple[str, Callable[[Sequence[Artwork]], list[int]]]]] = {
    "look": ("as a walk by the look", by_look),
    "colour": ("by colour", by_colour),
    "year": ("by year", by_year),
    "size": ("by size", by_size),
}
