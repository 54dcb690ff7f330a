"""Where works to hang are looked for: a search, one's likes, a collection of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from webapp.catalog.models import Artwork
from webapp.feed import browsing, visitors
from webapp.feed.queries import cards_of, marks_of
from webapp.feed.wish import Wish
from webapp.mine.models import Collection, CollectionItem

MOST: Final = 80
"""Works shown at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """What may be hung."""

    works: tuple[Artwork, ...]
    after: str
    """Where the next ones begin; "" where there are no more."""
    shelves: tuple[Collection, ...]
    """The curator's own collections."""
    source: str
    """"", "likes", or the token of a collection."""


def found(request: HttpRequest) -> Found:
    """Return the works that the address of a page asks for. A fixed number of queries."""
    visitor = visitors.current(request)
    shelves = tuple(Collection.objects.filter(visitor=visitor, deleted=None)) if visitor else ()
    source, after = request.GET.get("from", ""), request.GET.get("after", "")
    shelf = next((each for each in shelves if each.token == source), None)
    if source == "likes":
        return _of(marks_of(visitor).liked, after, shelves, source)
    if shelf:
        items = CollectionItem.objects.filter(collection=shelf)
        return _of(items.values_list("artwork_id", flat=True), after, shelves, source)
    wish = Wish.from_query(request.GET)
    piece = browsing.piece(wish, after=after, limit=MOST)
    return Found(piece.works, piece.after, shelves, "")


def _of(ids: Iterable[int], after: str, shelves: tuple[Collection, ...], source: str) -> Found:
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 7 else 0
    wanted = list(ids)
    shown = wanted[start : start + MOST]
    cards = cards_of(shown)
    more = str(start + MOST) if len(wanted) > start + MOST else ""
    return Found(tuple(cards[pk] for pk in shown if pk in cards), more, shelves, source)
