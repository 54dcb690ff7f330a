"""Which works may be recommended at all, and whose hand made them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed.models import Event
from webapp.vectors.filters import Filters

RECOMMENDABLE: Final = Filters(
    availability=(Artwork.Availability.AVAILABLE, Artwork.Availability.NOT_FOR_SALE)
)
"""What the search for candidates is told; this module is stricter."""
FRESH: Final = timedelta(days=30)
"""So long a work counts as new."""

# Written out, for building these two by the ORM takes longer than answering them.
_SELECT: Final = """
    SELECT a.id,
        CASE WHEN a.artist_id = (SELECT id FROM catalog_artist WHERE name = %s)
            THEN -a.id ELSE a.artist_id END,
        a.added >= %s
    FROM catalog_artwork a
    WHERE NOT (a.one_of_a_kind AND EXISTS (
        SELECT FROM feed_event e
        WHERE e.artwork_id = a.id AND e.kind = %s AND e.undone IS NULL
    )) AND """


@dataclass(frozen=True, slots=True)
class Showable:
    """What re-ranking needs to know of a work."""

    hand: int
    """Its artist. Each work of an unknown artist counts as a hand of its own, or a collection
    without names could show three works."""
    fresh: bool
    """Whether it joined lately."""


def showable(ids: Collection[int]) -> dict[int, Showable]:
    """Return which of these works may be recommended. One query, none for no work.

    They are visible and not sold; a work that is one of a kind is gone with the first purchase,
    whatever its label still says.
    """
    return _read("a.id = ANY(%s::bigint[])", [list(ids)]) if ids else {}


def newest(
    *, limit: int, exclude: Collection[int] = (), lately: bool = False
) -> dict[int, Showable]:
    """Return the works that joined last, newest first; `lately`: within `FRESH`. One query."""
    since = "a.added >= %s AND " if lately else ""
    return _read(
        f"{since}a.id <> ALL(%s::bigint[]) ORDER BY a.added DESC, a.id DESC LIMIT %s",
        [*((timezone.now() - FRESH,) if lately else ()), list(exclude), limit],
    )


def _read(rest: str, values: list[Any]) -> dict[int, Showable]:
    where, params = RECOMMENDABLE.where()
    first = (UNKNOWN_ARTIST, timezone.now() - FRESH, Event.Kind.PURCHASE.value)
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT}{where} AND {rest}", [*first, *params, *values])
        return {pk: Showable(hand, fresh) for pk, hand, fresh in cursor.fetchall()}
