"""The two rows that visits speak for: "Visitors of this also looked at" and "Next in this visit".

Nothing in them is hidden, sold or withdrawn, and of one artist stand `PER_ARTIST` at most. Each row
is a list of its own, with impressions of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

from artrec.errors import ArtrecError
from artrec.serving.rerank import cap_per_group
from webapp.catalog.models import Artwork
from webapp.feed import candidates, covisits, profile
from webapp.feed.arranging import Source
from webapp.feed.queries import FeedPage, cards_of
from webapp.feed.ranking import Entry
from webapp.feed.served import Served, live
from webapp.feed.showable import RECOMMENDABLE, showable

log = logging.getLogger(__name__)

VISITS: Final = "visits"
"""Purpose of the space of what is looked at together, and surface of its row."""
NEXT: Final = "next"
"""Purpose of the space of what comes next, and surface of its row."""
LENGTH: Final = 8
PER_ARTIST: Final = 3
LOOKS: Final = 2
"""Works that make a visit one can go on from."""
_SPARE: Final = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A row of works that is a list of its own."""

    list_id: UUID
    surface: str
    works: tuple[Artwork, ...]
    entries: tuple[Entry, ...]


def also_looked_at(artwork: Artwork, *, exclude: Collection[int] = ()) -> Row | None:
    """Return what visitors of a work also looked at; None where nothing is known of that.

    By the live model of visits, else, and for works it does not know, by counting.
    """
    return _row(VISITS, *visited_with(artwork.pk, exclude=exclude))


def visited_with(
    artwork_id: int, *, exclude: Collection[int] = ()
) -> tuple[list[int], Source, int | None]:
    """Return the works that row is made of, the nearest first, whether they may be shown or not;
    how they were found, and the space that ranked them."""
    serves = live(VISITS)
    if serves is not None:
        found = _ranked(serves, [artwork_id], exclude={artwork_id, *exclude}, alike=True)
        if found:
            return found, "model", serves.space.pk
    barred = set(exclude)
    counted = [pk for pk in covisits.looked_at_with(artwork_id) if pk not in barred]
    return counted, "popular", None


def next_in_visit(works: Sequence[int], *, exclude: Collection[int] = ()) -> Row | None:
    """Return what comes next in a visit to `works` (oldest first); None below two of them.

    By the live model of what comes next, else by that of what is looked at together; None where
    there is neither.
    """
    if len(works) < LOOKS:
        return None
    serves = live(NEXT, VISITS)
    if serves is None:
        return None
    found = _ranked(serves, works, exclude={*works, *exclude})
    return _row(NEXT, found, "model", serves.space.pk)


def above(page: FeedPage) -> set[int]:
    """Return what a row between rows with reasons and everything else must not repeat: what stands
    above it, what is shown by chance, and where an experiment counts clicks, the whole page."""
    if page.experiment_id is not None:
        return {each.artwork.pk for each in page.shown}
    drawn = {each.artwork.pk for each in page.more if each.entry.source == "explore"}
    return drawn.union(each.artwork.pk for rail in page.rails for each in rail.works)


def without(page: FeedPage, row: Row | None) -> FeedPage:
    """Return the page less what stands in `row`; positions stay."""
    gone = {work.pk for work in row.works} if row else set()
    return replace(page, more=tuple(each for each in page.more if each.artwork.pk not in gone))


def _ranked(
    serves: Served, works: Sequence[int], *, exclude: Collection[int], alike: bool = False
) -> list[int]:
    """The best works by a model, `alike` only those that have anything in common."""
    try:
        found = candidates.find(
            profile.of_works(works),
            serves.space,
            serves.bundle,
            limit=LENGTH * _SPARE,
            filters=RECOMMENDABLE,
            exclude=exclude,
        )
    except (ArtrecError, ArithmeticError, ValueError):
        log.exception("%s could not rank for a visit of %d works", serves.space, len(works))
        return []
    ids: list[int] = (found.ids[found.scores > 0] if alike else found.ids).tolist()
    return ids


def _row(surface: str, ids: Sequence[int], source: Source, space_id: int | None) -> Row | None:
    """Dress the first works that may be shown. Two queries, none for no work."""
    known = showable(ids)
    there = [pk for pk in ids if pk in known]
    kept = cap_per_group([known[pk].hand for pk in there], cap=PER_ARTIST)
    wanted = [there[place] for place in kept][:LENGTH]
    cards = cards_of(wanted) if wanted else {}
    works = tuple(cards[pk] for pk in wanted if pk in cards)
    if not works:
        return None
    entries = tuple(
        Entry(artwork_id=work.pk, position=place, source=source, space_id=space_id)
        for place, work in enumerate(works)
    )
    return Row(uuid4(), surface, works, entries)
