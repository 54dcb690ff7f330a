"""Curators' exhibitions, each with the first of its works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from webapp.catalog.models import Artwork
from webapp.feed.queries import cards_of
from webapp.mine.models import CollectionItem
from webapp.mine.queries import public_exhibitions

EXHIBITIONS: Final = 6
WORKS: Final = 3
"""Pictures that stand for an exhibition."""
_READ: Final = 12
"""Works of each that are read, for some stand elsewhere on the page."""


@dataclass(frozen=True, slots=True)
class Exhibition:
    """What its tile shows."""

    title: str
    by_line: str
    url: str
    size: int
    """How many works can be seen in it."""
    works: tuple[Artwork, ...] = field(default=())


def exhibitions(*, shown: Collection[int] = (), hidden: Iterable[int] = ()) -> list[Exhibition]:
    """Return the newest exhibitions, each by works that are not `shown` elsewhere on the page, nor
    `hidden` by the visitor. Three queries, one where there are none."""
    found = list(public_exhibitions()[:EXHIBITIONS])
    if not found:
        return []
    taken = {*shown, *hidden}
    wanted: defaultdict[int, list[int]] = defaultdict(list)
    for exhibition, artwork in _items([each.pk for each in found]):
        wanted[exhibition].append(artwork)
    chosen: dict[int, list[int]] = {}
    for each in found:
        best = vars(each)["chosen"] or vars(each)["first"]
        ids = dict.fromkeys([best, *wanted[each.pk]])
        chosen[each.pk] = [pk for pk in ids if pk not in taken][:WORKS]
        taken.update(chosen[each.pk])
    cards = cards_of(pk for ids in chosen.values() for pk in ids)
    tiles = (
        Exhibition(
            title=each.title,
            by_line=each.by_line,
            url=reverse("exhibition", args=[each.token]),
            size=vars(each)["works"],
            works=tuple(cards[pk] for pk in chosen[each.pk] if pk in cards),
        )
        for each in found
    )
    return [tile for tile in tiles if tile.works]


def _items(exhibitions: Iterable[int]) -> Iterable[tuple[int, int]]:
    """(exhibition, work) of the first works of each, in their order. One query."""
    place = Window(RowNumber(), partition_by="collection", order_by=("position", "pk"))
    items = CollectionItem.objects.filter(
        collection__in=list(exhibitions),
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    ).annotate(place=place)
    first = items.filter(place__lte=_READ).order_by("collection", "place")
    return first.values_list("collection_id", "artwork_id")
