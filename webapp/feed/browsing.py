"""The wall of all works: filtered, sorted, a piece at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artist, Artwork
from webapp.feed.models import Event

PAGE: Final = 40
SORTS: Final = {"": "Newest", "popular": "Most liked"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the collection to show. Unknown values find nothing; an unknown sort is newest."""

    style: str = ""
    availability: str = ""
    colour: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read a wish from the address of a page."""
        names = ("style", "availability", "colour", "sort")
        wish = cls(**{name: query.get(name, "") for name in names})
        return wish if wish.sort in SORTS else cls(wish.style, wish.availability, wish.colour)

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.style or self.availability or self.colour)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some works of a wall in order, and where the next piece starts ("" at the end)."""

    works: tuple[Artwork, ...]
    after: str


def piece(
    wish: Wish, *, artist: Artist | None = None, after: str = "", exclude: Collection[int] = ()
) -> Piece:
    """Return the works (of `artist`, if given) that follow the place `after`; one query.

    A place is the last work's value and id, not a page number: works that join or are hidden
    meanwhile neither repeat nor swallow others.
    """
    works = _ranked(_wanted(wish), wish.sort).exclude(pk__in=exclude)
    if artist:
        works = works.filter(artist=artist)
    if place := _parse(after, wish.sort):
        value, pk = place
        works = works.filter(Q(rank__lt=value) | Q(rank=value, pk__lt=pk), rank__lte=value)
    found = list(works.order_by("-rank", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    more = len(found) > PAGE
    return Piece(tuple(shown), _format(shown[-1]) if more else "")


def _wanted(wish: Wish) -> QuerySet[Artwork]:
    works = catalog.cards()
    if wish.style:
        works = works.filter(style=wish.style)
    if wish.availability:
        works = works.filter(availability=wish.availability)
    if wish.colour:
        works = works.filter(image__colours__contains=[wish.colour])
    return works


def _ranked(works: QuerySet[Artwork], sort: str) -> QuerySet[Any]:
    if sort != "popular":
        return works.annotate(rank=F("added"))
    fans = (
        Event.objects.filter(
            artwork=OuterRef("pk"),
            kind__in=[Event.Kind.LIKE, Event.Kind.PURCHASE],
            undone=None,
        )
        .order_by()
        .values("artwork")
        .annotate(number=Count("visitor", distinct=True))
        .values("number")
    )
    return works.annotate(rank=Coalesce(Subquery(fans, output_field=IntegerField()), 0))


def _format(work: Any) -> str:
    value = work.rank.isoformat() if isinstance(work.rank, datetime) else work.rank
    return f"{value}~{work.pk}"


def _parse(after: str, sort: str) -> tuple[datetime | int, int] | None:
    """Read a place; anything that is none starts from the beginning."""
    value, _, pk = after.rpartition("~")
    try:
        read = int(value) if sort == "popular" else datetime.fromisoformat(value)
        number = int(pk)
    except ValueError:
        return None
    if isinstance(read, datetime) and read.tzinfo is None:
        return None
    fits = abs(number) < 2**63 and (isinstance(read, datetime) or abs(read) < 2**31)
    return (read, number) if fits else None
