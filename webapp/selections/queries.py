"""Read side of selections, tags and walks. Nothing in this module writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Count, F, IntegerField, Q, QuerySet
from django.db.models.expressions import Func, RawSQL

from webapp.accounts.models import User
from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.duplicates.models import Fingerprint, Pair
from webapp.exhibitions.models import Room
from webapp.selections.models import Selection, Tag, Tagging, Walk

PAGE: Final = 120
"""Works on a page of a selection."""
SHELF: Final = 24
"""Selections on a page of the list."""
MOSAIC: Final = 3.2
"""Widths of the works that stand for a selection, side by side, in their height."""
LOOKED_AT: Final = 24
"""Works of a selection, the first ones, among which those of its mosaic are looked for."""

# A work that was merged into another is followed to the one that stays.
_FOLLOWED: Final = """
    WITH RECURSIVE followed (id, place) AS (
        SELECT chosen.id, chosen.place
        FROM unnest(%s::bigint[]) WITH ORDINALITY AS chosen (id, place)
        UNION
        SELECT merged.stays_id, followed.place
        FROM followed JOIN duplicates_decision merged
        ON merged.gone_id = followed.id AND merged.undone IS NULL
    )
"""
_ALL: Final = f"""{_FOLLOWED}
    SELECT id FROM followed WHERE NOT EXISTS (
        SELECT FROM duplicates_decision merged
        WHERE merged.gone_id = followed.id AND merged.undone IS NULL
    ) GROUP BY id ORDER BY min(place)
"""  # noqa: S608 - of constants
_THERE: Final = f"""{_FOLLOWED}
    SELECT work.id FROM followed
    JOIN catalog_artwork work ON work.id = followed.id AND work.state = 'visible'
    JOIN catalog_artworkimage image ON image.artwork_id = work.id
    GROUP BY work.id ORDER BY min(followed.place)
"""  # noqa: S608 - of constants


class Size(Func):
    """How many elements an array has."""

    function = "cardinality"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A selection in a list, with the works that stand for it."""

    selection: Selection
    size: int
    works: tuple[Artwork, ...]


def selections(*, text: str = "", by: User | None = None) -> QuerySet[Selection]:
    """Return the selections that are not deleted, the last changed first, without their works but
    with `size`, how many, and `first`, some of them."""
    found = Selection.objects.filter(deleted=None)
    for word in text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(note__icontains=word))
    found = found.filter(by=by) if by else found
    return (
        found.select_related("by")
        .defer("works", "former")
        .annotate(size=Size("works"), first=F("works")[0:LOOKED_AT])
        .order_by("-changed", "-pk")
    )


def deleted() -> QuerySet[Selection]:
    """Return selections that can be brought back, the last deleted first."""
    return Selection.objects.filter(deleted__isnull=False).only("title").order_by("-deleted")


def shelves(found: Iterable[Selection]) -> list[Shelf]:
    """Return these, of `selections`, with their mosaics. One query, for the works of all."""
    rows = list(found)
    cards = cards_of({pk for row in rows for pk in vars(row)["first"]})
    there = {row.pk: [cards[pk] for pk in vars(row)["first"] if pk in cards] for row in rows}
    return [Shelf(row, vars(row)["size"], _mosaic(there[row.pk])) for row in rows]


def _mosaic(works: Sequence[Artwork]) -> tuple[Artwork, ...]:
    """The first of these and those that fit beside it in a row of `MOSAIC`."""
    shown: list[Artwork] = []
    wide = 0.0
    for work in works:
        ratio = work.image.width / work.image.height
        if not shown or wide + ratio <= MOSAIC:
            shown.append(work)
            wide += ratio
    return tuple(shown)


def works_of(selection: Selection) -> list[int]:
    """Return the ids of its works that are in the gallery, in order. One query."""
    return there(selection.works)


def there(works: Sequence[int]) -> list[int]:
    """Return those of `works` that can be seen, in order, each once; what was merged into another
    work is that work. One query."""
    return _ids(_THERE, works)


def followed(works: Sequence[int]) -> list[int]:
    """Return `works`, seen or not, with that in place of what was merged into it. One query."""
    return _ids(_ALL, works)


def _ids(sql: str, works: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(works)])
        return [pk for (pk,) in cursor.fetchall()]


def cards_of(works: Iterable[int]) -> dict[int, Artwork]:
    """Return what a card shows of these works, by id. One query."""
    return catalog.cards().in_bulk(list(works))


def in_order(works: Sequence[int]) -> list[Artwork]:
    """Return these works as cards, in this order. One query."""
    cards = cards_of(works)
    return [cards[pk] for pk in works if pk in cards]


def among(works: Iterable[int]) -> RawSQL:
    """Return ids for `__in`, as one value: a hundred thousand in a list would take seconds to parse
    and plan."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(works)])


def tags() -> QuerySet[Tag]:
    """Return all tags by name, each with `size`, how many works have it."""
    return Tag.objects.annotate(size=Count("taggings")).order_by("name")


def tags_of(works: Sequence[int]) -> list[tuple[Tag, int]]:
    """Return the tags on any of `works` and on how many, the most frequent first. One query."""
    rows = Tag.objects.filter(taggings__artwork__in=among(works))
    found = rows.annotate(on=Count("taggings")).order_by("-on", "name")
    return [(tag, vars(tag)["on"]) for tag in found]


def with_tag(works: Sequence[int], tag: Tag) -> list[int]:
    """Return those of `works` that have a tag, in order. One query."""
    rows = Tagging.objects.filter(tag=tag, artwork__in=among(works))
    those = set(rows.values_list("artwork_id", flat=True))
    return [pk for pk in works if pk in those]


def tagged(tag: Tag) -> list[int]:
    """Return the works with a tag that can be seen, the last tagged first. One query."""
    rows = Tagging.objects.filter(tag=tag, artwork__in=catalog.visible())
    return list(rows.order_by("-pk").values_list("artwork_id", flat=True))


@dataclass(frozen=True, slots=True)
class Twins:
    """What is known about works that may be here twice."""

    waiting: int
    """Works whose comparison is still to come."""
    inside: tuple[Pair, ...]
    """Open pairs of which both are among the works."""
    outside: tuple[Pair, ...]
    """Open pairs of one of the works and another one."""


def twins(works: Sequence[int]) -> Twins:
    """Return the suspicions about `works`, the surest first. Two queries."""
    these, ids = set(works), among(works)
    waiting = Fingerprint.objects.filter(artwork__in=ids, state=Fingerprint.State.WAITING)
    pairs = Pair.objects.filter(Q(first__in=ids) | Q(second__in=ids), state=Pair.State.OPEN)
    visible = Artwork.State.VISIBLE
    pairs = pairs.filter(first__state=visible, second__state=visible)
    pairs = pairs.filter(first__image__isnull=False, second__image__isnull=False)
    related = ("first__artist", "first__image", "second__artist", "second__image")
    found = list(pairs.select_related(*related).order_by("-details", "pk")[:PAGE])
    inside = tuple(pair for pair in found if {pair.first_id, pair.second_id} <= these)
    outside = tuple(pair for pair in found if pair not in inside)
    return Twins(waiting.count(), inside, outside)


def rooms() -> QuerySet[Room]:
    """Return the rooms in which works can be hung, those of the exhibition changed last first."""
    found = Room.objects.filter(exhibition__deleted=None).select_related("exhibition")
    return found.order_by("-exhibition__changed", "exhibition", "position", "pk")


def walk(space_id: int, start: int, end: int, steps: int) -> Walk | None:
    """Return the walk that was asked for; None if nobody did. One query."""
    return Walk.objects.filter(space=space_id, start=start, end=end, steps=steps).first()
