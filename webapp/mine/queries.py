"""Read side of what visitors keep. Nothing in this module writes."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artist, Artwork
from webapp.feed.models import Visitor
from webapp.mine.models import Collection, CollectionItem

SEEN = Q(items__artwork__state=Artwork.State.VISIBLE, items__artwork__image__isnull=False)
"""Items that a visitor may see."""


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
    `shown`, the id of the one that stands for it."""
    first = CollectionItem.objects.filter(
        collection=OuterRef("pk"),
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    ).order_by("position", "pk")
    chosen = first.filter(artwork_id=OuterRef("cover_id"))
    return Collection.objects.filter(deleted=None).annotate(
        works=Count("items", filter=SEEN),
        chosen=Subquery(chosen.values("artwork_id")[:1]),
        first=Subquery(first.values("artwork_id")[:1]),
    )


def public_exhibitions() -> QuerySet[Collection]:
    """Return the exhibitions that have something to see, the newest first; see `collections`."""
    shown = collections().filter(exhibited__isnull=False, visibility=Collection.Visibility.PUBLIC)
    return shown.filter(Q(works__gt=0)).order_by("-exhibited", "-pk")


def covers(found: list[Collection]) -> dict[int, Artwork]:
    """Return the work that stands for each of these, of `collections`, by the collection's id. One
    query."""
    wanted = {each.pk: vars(each)["chosen"] or vars(each)["first"] for each in found}
    cards = catalog.cards().in_bulk([pk for pk in wanted.values() if pk])
    return {pk: cards[work] for pk, work in wanted.items() if work in cards}
