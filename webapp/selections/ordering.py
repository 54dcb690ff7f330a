"""Orders that the works of a selection can be put into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from django.db.models import Count, F, Q
from numpy.typing import NDArray

from webapp.catalog.models import Artwork, SearchEntry
from webapp.feed.models import Event
from webapp.selections import queries
from webapp.selections.actions import RefusedError
from webapp.vectors import queries as vectors

ORDERS: Final[Mapping[str, str]] = {
    "artist": "Artist",
    "year": "Year",
    "colour": "Colour",
    "likes": "Likes",
    "likeness": "Likeness",
}
CHAINED: Final = 2_000
"""Works that can be put in order by likeness: it compares each with each."""
NEUTRAL: Final = 10.0
"""Works of less mean chroma (CIELAB) are ordered by lightness, before those with a hue."""

_LIKED: Final = Q(events__kind=Event.Kind.LIKE, events__undone=None)
_BY: Final[Mapping[str, Sequence[Any]]] = {
    "artist": ("artist__name", F("year").asc(nulls_last=True), "title", "pk"),
    "year": (F("year").asc(nulls_last=True), "artist__name", "pk"),
    "likes": ("-likes", "-added", "-pk"),
}


def ordered(works: Sequence[int], way: str) -> list[int]:
    """Return `works` in one of `ORDERS`.

    Raises:
        RefusedError: If there are too many for it, or it cannot be had.
    """
    if way == "colour":
        return _by_colour(works)
    if way == "likeness":
        return _by_likeness(works)
    found = Artwork.objects.filter(pk__in=queries.among(works))
    if way == "likes":
        found = found.annotate(likes=Count("events", filter=_LIKED))
    return list(found.order_by(*_BY[way]).values_list("pk", flat=True))


def stepped(works: Sequence[int], step: str) -> list[int]:
    """Return `works` with one of them a step earlier or later, as "up-12" or "down-12" says."""
    way, _dash, named = step.partition("-")
    after = list(works)
    if named.isdecimal() and len(named) < 19 and int(named) in after:
        place = after.index(int(named))
        to = place - 1 if way == "up" else place + 1
        after.insert(max(0, to), after.pop(place))
    return after


def _by_colour(works: Sequence[int]) -> list[int]:
    """Greys from dark to light, then round the circle of hues."""
    rows = SearchEntry.objects.filter(artwork__in=queries.among(works))
    told = rows.values_list("artwork_id", "swatches")
    keys = {pk: _hue(np.asarray(swatches, dtype=np.float64)) for pk, swatches in told}
    return sorted(works, key=lambda pk: keys.get(pk, (2.0, 0.0)))


def _hue(swatches: NDArray[np.float64]) -> tuple[float, float]:
    table = swatches.reshape(-1, 4)
    if not len(table):
        return 2.0, 0.0
    lightness, a, b = np.average(table[:, :3], axis=0, weights=np.maximum(table[:, 3], 1e-6))
    if np.hypot(a, b) < NEUTRAL:
        return 0.0, float(lightness)
    return 1.0, float(np.arctan2(b, a) % (2 * np.pi))


def _by_likeness(works: Sequence[int]) -> list[int]:
    """From the first work always on to the one most alike of those that are left."""
    if len(works) > CHAINED:
        raise RefusedError(f"By likeness {CHAINED:,} works can be ordered at most.")
    space = vectors.live_space()
    if space is None:
        raise RefusedError("The gallery has not looked at its pictures yet.")
    ids, rows = vectors.vectors_of(space, works)
    places = {pk: place for place, pk in enumerate(ids.tolist())}
    known = [pk for pk in works if pk in places]
    if not known:
        return list(works)
    alike = rows @ rows.T
    at = places[known[0]]
    chain = [at]
    left = np.ones(len(ids), dtype=bool)
    left[at] = False
    while left.any():
        at = int(np.argmax(np.where(left, alike[at], -np.inf)))
        left[at] = False
        chain.append(at)
    return [*ids[chain].tolist(), *(pk for pk in works if pk not in places)]
