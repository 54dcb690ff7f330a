"""Which works may be recommended at all, and whose hand made them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.catalog import queries as catalog
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed.models import Event
from webapp.vectors.filters import Filters

RECOMMENDABLE: Final = Filters(
    availability=(Artwork.Availability.AVAILABLE, Artwork.Availability.NOT_FOR_SALE)
)
"""What the search for candidates is told; `showable` is stricter."""
FRESH: Final = timedelta(days=30)
"""So long a work counts as new."""


@dataclass(frozen=True, slots=True)
class Showable:
    """What re-ranking needs to know of a work."""

    hand: int
    """Its artist. Each work of an unknown artist counts as a hand of its own, or a collection
    without names could show three works."""
    fresh: bool
    """Whether it joined lately."""


def showable(ids: Collection[int]) -> dict[int, Showable]:
    """Return which of these works may be recommended. One query.

    They are visible and not sold; a work that is one of a kind is gone with the first purchase,
    whatever its label still says.
    """
    return _read(_on_sale().filter(pk__in=list(ids))) if ids else {}


def newest(
    *, limit: int, exclude: Collection[int] = (), lately: bool = False
) -> dict[int, Showable]:
    """Return the works that joined last, newest first; `lately`: within `FRESH`. One query."""
    works = _on_sale().exclude(pk__in=exclude).order_by("-added", "-pk")
    return _read((works.filter(added__gte=timezone.now() - FRESH) if lately else works)[:limit])


def _on_sale() -> QuerySet[Artwork]:
    bought = Event.objects.filter(
        artwork=OuterRef("pk"), kind=Event.Kind.PURCHASE, undone=None
    ).order_by()
    works = catalog.visible().filter(availability__in=RECOMMENDABLE.availability)
    return works.exclude(Q(one_of_a_kind=True) & Exists(bought))


def _read(works: QuerySet[Artwork]) -> dict[int, Showable]:
    since = timezone.now() - FRESH
    rows: Any = works.values_list("pk", "artist_id", "artist__name", "added")
    return {
        pk: Showable(-pk if name == UNKNOWN_ARTIST else artist, added >= since)
        for pk, artist, name, added in rows
    }
