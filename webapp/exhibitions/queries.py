"""Read side of exhibitions. Nothing in this module writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.exhibitions.arrangement import Arrangement, Hung, Walls
from webapp.exhibitions.models import Change, Exhibition, Hanging


def exhibitions() -> QuerySet[Exhibition]:
    """Return exhibitions that are not deleted, each with `works`, how many of them can be seen, and
    `chosen` and `first`, the ids of those that may stand for it."""
    return _described(Exhibition.objects.filter(deleted=None))


def deleted() -> QuerySet[Exhibition]:
    """Return those that can be brought back, the last one first; see `exhibitions`."""
    return _described(Exhibition.objects.filter(deleted__isnull=False)).order_by("-deleted")


def opened() -> QuerySet[Exhibition]:
    """Return what was opened, closed ones included."""
    return Exhibition.objects.filter(deleted=None, opens__lte=timezone.now())


def open_now() -> QuerySet[Exhibition]:
    """Return what can be visited and has something to see, newest first; see `exhibitions`."""
    shown = _described(opened().filter(Q(closes=None) | Q(closes__gt=timezone.now())))
    return shown.filter(Exists(_seen())).order_by("-opens", "-pk")


def next_after(exhibition: Exhibition) -> Exhibition | None:
    """Return the exhibition that opened before this one, or the newest where none did."""
    others = open_now().exclude(pk=exhibition.pk)
    older = others.filter(opens__lt=exhibition.opens) if exhibition.opens else others
    return older.first() or others.first()


def covers(found: Sequence[Exhibition]) -> dict[int, Artwork]:
    """Return the work that stands for each of these, of `exhibitions`, by the exhibition's id. One
    query."""
    wanted = {each.pk: vars(each)["chosen"] or vars(each)["first"] for each in found}
    cards = catalog.cards().in_bulk([pk for pk in wanted.values() if pk])
    return {pk: cards[work] for pk, work in wanted.items() if work in cards}


def first_works(found: Iterable[int], *, limit: int) -> dict[int, list[int]]:
    """Return the first works that can be seen in each of these exhibitions, in their order, by the
    exhibition's id. One query."""
    order = ("room__position", "room", "position", "pk")
    place = Window(RowNumber(), partition_by="room__exhibition", order_by=order)
    rows = Hanging.objects.filter(
        room__exhibition__in=list(found),
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    )
    first = rows.annotate(place=place).filter(place__lte=limit).order_by("place")
    works: defaultdict[int, list[int]] = defaultdict(list)
    for exhibition, artwork in first.values_list("room__exhibition_id", "artwork_id"):
        works[exhibition].append(artwork)
    return dict(works)


def arrangement_of(exhibition: Exhibition) -> Arrangement:
    """Return all of an exhibition, withdrawn works too. Two queries."""
    hung: defaultdict[int, list[Hung]] = defaultdict(list)
    rows = Hanging.objects.filter(room__exhibition=exhibition).order_by("position", "pk")
    for row in rows:
        hung[row.room_id].append(Hung(row.artwork_id, row.label))
    return Arrangement(
        title=exhibition.title,
        by_line=exhibition.by_line,
        introduction=exhibition.introduction,
        cover=exhibition.cover_id,
        opens=exhibition.opens,
        closes=exhibition.closes,
        rooms=tuple(
            Walls(room.pk, room.title, room.text, room.wall, tuple(hung[room.pk]))
            for room in exhibition.rooms.all()
        ),
    )


def history(exhibition: Exhibition) -> QuerySet[Change]:
    """Return the changes of an exhibition, the last one first, without what they led to."""
    return Change.objects.filter(exhibition=exhibition).select_related("by").defer("after")


def undoable(exhibition: Exhibition) -> Change | None:
    """Return the last change that was not undone, if it can be. Two queries at most."""
    newest = history(exhibition).first()
    if newest is None:
        return None
    number = newest.same_as or newest.number
    # Of the first change nothing is before; and what is too old to go back to is not kept.
    found = history(exhibition).filter(number=number)
    before = Change.objects.filter(exhibition=exhibition, number=number - 1)
    return found.filter(Exists(before)).first()


def name_of(all_of: Arrangement, place: int) -> str:
    """Return what a room is called: “Night”, or "room 2"."""
    title = all_of.rooms[place].title
    return f"“{title}”" if title else f"room {place + 1}"


def works(number: int) -> str:
    """Return a number of works in words."""
    return "1 work" if number == 1 else f"{number:,} works"


def _described(found: QuerySet[Exhibition]) -> QuerySet[Exhibition]:
    first = _seen().order_by("room__position", "room", "position", "pk")
    chosen = _seen().filter(artwork_id=OuterRef("cover_id"))
    # Each is counted by itself, so that of a slice no more than the slice is counted.
    size = _seen().order_by().values("room__exhibition").annotate(size=Count("pk")).values("size")
    return found.annotate(
        works=Coalesce(Subquery(size), 0),
        chosen=Subquery(chosen.values("artwork_id")[:1]),
        first=Subquery(first.values("artwork_id")[:1]),
    )


def _seen() -> QuerySet[Hanging]:
    """Hangings of the exhibition of a query around it that a visitor may see."""
    return Hanging.objects.filter(
        room__exhibition=OuterRef("pk"),
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    )
