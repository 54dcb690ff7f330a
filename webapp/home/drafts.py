"""The rails that may come on the home page, each with its reason, before works are shared out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from webapp.feed import newcomers, rows
from webapp.feed.arranging import Source
from webapp.feed.models import Visitor
from webapp.feed.queries import Ranked
from webapp.feed.ranking import Entry
from webapp.feed.showable import newest
from webapp.home.different import different as far_from
from webapp.home.different import loved
from webapp.home.hanging import LEAST, LENGTH, Draft
from webapp.home.newly import new_for
from webapp.mine.queries import newest_of_followed

FIRST: Final = 10
"""Works of the rail that opens the page."""
REASONS: Final = 2
"""Rails that one work of the visitor's gives the reason for."""
SPARE: Final = 60
"""Works that a rail may choose from."""
STARTS: Final = 2
"""Works looked at last that are asked for what others also looked at."""


def for_you(ranked: Ranked) -> Draft:
    """What is ranked best, in its order. Its places are those of one list with `because`."""
    return Draft("for-you", ranked.entries, length=FIRST, least=1, of="ranked")


def because(ranked: Ranked) -> list[Draft]:
    """Of what follows, the works that one work of the visitor's speaks for most, a rail each.

    Not of an interleaved list: rails move works up by how well they can be explained.
    """
    if ranked.interleaved:
        return []
    # What is drawn at random moves nothing else.
    rest = [each for each in ranked.entries[FIRST:] if each.because and each.source != "explore"]
    by_reason: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in rest:
        by_reason[entry.because[0]].append(entry)
    telling = [(pk, group) for pk, group in by_reason.items() if len(group) >= LEAST][:REASONS]
    told = {pk for pk, _group in telling}
    for pk, group in telling:  # and what it speaks for beside a work that has no rail
        group += [each for each in rest if pk in each.because[1:] and each.because[0] not in told]
    return [Draft("because", tuple(group), because=pk, of="ranked") for pk, group in telling]


def new(ranked: Ranked) -> Draft:
    """What joined lately, the best for this taste first."""
    return _draft("new", new_for(ranked.profile, ranked.served), "fresh")


def artists(visitor: Visitor | None, known: Collection[int]) -> Draft:
    """The newest works of the artists that somebody follows. One query, none for a stranger."""
    works = newest_of_followed(visitor).exclude(pk__in=known).values_list("pk", flat=True)
    return _draft("artists", works[:SPARE] if visitor else (), "fresh")


def visits(looked: Sequence[int], known: Collection[int]) -> Draft:
    """What visitors of a work also looked at, that one being the first of `looked` of which
    anything is known."""
    for start in looked[:STARTS]:
        found, source, space_id = rows.visited_with(start, exclude=known)
        if len(found) >= LEAST:
            return _draft("visits", found, source, space_id=space_id, because=start)
    return _draft("visits", (), "popular")


def recent(looked: Iterable[int]) -> Draft:
    """What somebody looked at last."""
    return _draft("recent", looked, "popular")


def different(ranked: Ranked, draw: int) -> Draft:
    """What is far from this taste, but loved; see `webapp.home.different`."""
    return Draft("different", tuple(far_from(ranked.profile, ranked.served, loved(), draw=draw)))


def picks(known: Collection[int]) -> Draft:
    """What curators picked for newcomers, the newest first. One query."""
    return _draft("picks", newcomers.picks(), "pick", without=known)


def popular(known: Collection[int]) -> Draft:
    """What most visitors lately liked, saved or bought."""
    return _draft("popular", newcomers.popular(), "popular", without=known)


def fresh(known: Collection[int], *, least: int = LEAST) -> Draft:
    """What joined last. One query."""
    return _draft("fresh", newest(limit=2 * SPARE, exclude=known), "fresh", least=least)


def _draft(  # what an entry and a draft are made of
    kind: str,
    ids: Iterable[int],
    source: Source,
    *,
    without: Collection[int] = (),
    space_id: int | None = None,
    because: int | None = None,
    least: int = LEAST,
) -> Draft:
    barred = set(without)
    entries = (Entry(pk, 0, source, space_id=space_id) for pk in ids if pk not in barred)
    return Draft(kind, tuple(entries)[: 2 * SPARE], LENGTH, least, because)  # type: ignore[arg-type]
