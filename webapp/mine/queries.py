"""Read side of what visitors keep. Nothing in this module writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext as _

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artist, Artwork
from webapp.feed.models import Visitor
from webapp.mine.models import Collection, CollectionItem

STANDARD: Final = "standard"
"""Stands for the standard collection of somebody who has none yet."""


def followed_artists(visitor: Visitor | None) -> QuerySet[Artist]:
    """Return the artists that `visitor` follows, the newest follow first; none for a stranger."""
    if visitor is None:
        return Artist.objects.none()
    return Artist.objects.filter(follows__visitor=visitor).order_by("-follows__created", "pk")


def newest_of_followed(visitor: Visitor | None) -> QuerySet[Artwork]:
    """Return the visible works of the artists that `visitor` follows, as cards, newest first."""
    if visitor is None:
        return catalog.cards().none()
    works = catalog.cards().filter(artist__follows__visitor=visitor)
    return works.order_by("-added", "-pk")


def collections() -> QuerySet[Collection]:
    """Return collections that are not deleted, each with `works`, how many of them can be seen, and
    `chosen`, the id of its owner's cover while it is one of them."""
    seen = _seen_items()
    chosen = seen.filter(artwork_id=OuterRef("cover_id"))
    # Each is counted by itself, so that of a slice no more than the slice is counted.
    size = seen.order_by().values("collection").annotate(size=Count("pk")).values("size")
    return Collection.objects.filter(deleted=None).annotate(
        works=Coalesce(Subquery(size), 0),
        chosen=Subquery(chosen.values("artwork_id")[:1]),
    )


def _seen_items() -> QuerySet[CollectionItem]:
    """Items of the collection of a query around it that a visitor may see."""
    return CollectionItem.objects.filter(
        collection=OuterRef("pk"),
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A collection that a work can be put into."""

    value: str
    """Its id, or `STANDARD` for the standard one before there is any."""
    title: str
    holds: bool
    """Whether the work is in it."""
    works: int


def places_for(visitor: Visitor | None, artwork: Artwork) -> list[Place]:
    """Return where `visitor` can put a work, the standard collection first. One query."""
    held = CollectionItem.objects.filter(collection=OuterRef("pk"), artwork=artwork)
    own = Collection.objects.filter(visitor=visitor, deleted=None) if visitor else None
    rows = own.annotate(size=Count("items"), holds=Exists(held)) if own is not None else []
    places = [
        (each.standard, Place(str(each.pk), each.title, vars(each)["holds"], vars(each)["size"]))
        for each in rows
    ]
    if not any(standard for standard, _place in places):
        places.append((True, Place(STANDARD, _("Saved"), holds=False, works=0)))
    return [place for _standard, place in sorted(places, key=lambda pair: not pair[0])]


@dataclass(frozen=True, slots=True)
class Hung:
    """A work as it hangs in a collection."""

    artwork: Artwork
    note: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a collection, in its order."""

    seen: tuple[Hung, ...]
    gone: tuple[Hung, ...]
    """Withdrawn since: only what they were called can be shown."""


def contents(collection: Collection) -> Contents:
    """Return what is in a collection. One query."""
    items = collection.items.select_related("artwork__artist", "artwork__image")
    shown = [(Hung(item.artwork, item.note), _can_be_seen(item.artwork)) for item in items]
    return Contents(
        seen=tuple(hung for hung, seen in shown if seen),
        gone=tuple(hung for hung, seen in shown if not seen),
    )


def _can_be_seen(work: Artwork) -> bool:
    return work.state == Artwork.State.VISIBLE and getattr(work, "image", None) is not None


PICTURES: Final = 3
"""Works of a collection that stand for it on the list of one's own."""


def pictures(found: Sequence[Collection]) -> dict[int, list[Artwork]]:
    """Return the first works of each of these collections, the cover before all others, by the
    collection's id. Two queries."""
    places = Window(RowNumber(), partition_by="collection_id", order_by=["position", "pk"])
    items = CollectionItem.objects.filter(
        collection__in=[each.pk for each in found],
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    )
    rows = items.annotate(place=places).filter(Q(place__lte=PICTURES)).order_by("place")
    wanted: dict[int, dict[int, None]] = {}
    for each in found:
        chosen = vars(each)["chosen"]
        wanted[each.pk] = {chosen: None} if chosen else {}
    for collection, work in rows.values_list("collection_id", "artwork_id"):
        wanted[collection][work] = None
    cards = catalog.cards().in_bulk({pk for works in wanted.values() for pk in works})
    return {
        pk: [cards[work] for work in works if work in cards][:PICTURES]
        for pk, works in wanted.items()
    }


def followed_with_picture(visitor: Visitor | None) -> list[tuple[Artist, Artwork | None]]:
    """Return the artists that `visitor` follows, each with their newest work. Two queries."""
    newest = catalog.visible().filter(artist=OuterRef("pk")).order_by("-added", "-pk")
    artists = list(followed_artists(visitor).annotate(newest=Subquery(newest.values("pk")[:1])))
    cards = catalog.cards().in_bulk([vars(each)["newest"] for each in artists])
    return [(each, cards.get(vars(each)["newest"])) for each in artists]
