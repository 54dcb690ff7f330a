"""What recommendations know of a visitor: works that count, how much, and what never to show.

How much a work counts is its strongest sign, less the older it is, more if it is among the newest.
All of these numbers stand here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from webapp.feed import hooks
from webapp.feed.models import Event, Visitor

COUNTS: Final = {
    Event.Kind.PURCHASE: 4.0,  # costs money and a wall
    Event.Kind.SAVE: 2.0,  # meant to be come back to
    Event.Kind.LIKE: 1.0,  # one click
    Event.Kind.VIEW: 0.5,  # said nothing, but looked again and again
    Event.Kind.CHOICE: 0.5,  # the best of a few that the quiz showed
}
"""How much each kind of sign counts; of several the strongest does, so that a work which was seen,
liked and bought is one purchase. Powers of two: `weighing` rounds weights to such."""
LOOKS: Final = 3
"""From so many looks on a work counts that was not marked. One look is curiosity."""
HALF_LIFE: Final = timedelta(days=180)
"""Taste in pictures moves slowly. Measured back from the visitor's newest sign, not from today:
who returns after a year finds their taste as it was. Exponential forgetting as in Ding & Li, "Time
weight collaborative filtering", CIKM 2005, https://doi.org/10.1145/1099554.1099689."""
FLOOR: Final = 0.25
"""No sign fades below this share of itself."""
NEWEST: Final = 5
NEWEST_COUNT: Final = 2.0
"""The newest works count double: what somebody looks for now shows before what they always liked,
and a new like moves the next page even at the end of a long profile."""
CAP: Final = 100
"""Most works that count: the newest, then the weightiest."""
HIDDEN: Final = 30
"""Newest hidden works that count against; all hidden ones are never shown."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A work that speaks for a visitor's taste."""

    artwork_id: int
    weight: float = 1.0
    kind: str = Event.Kind.LIKE
    """Its strongest sign, a value of `Event.Kind`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """All that a ranking asks of a visitor."""

    visitor_id: int | None = None
    works: tuple[Chosen, ...] = ()
    """At most `CAP`, oldest first."""
    hidden: tuple[int, ...] = ()
    """Ids that count against, newest first, at most `HIDDEN`."""
    known: frozenset[int] = field(default_factory=frozenset)
    """Ids never to be shown: liked, saved, bought, hidden; also those that no longer count."""


NOBODY: Final = Profile()


def profile_of(
    visitor: Visitor | None, *, until: datetime | None = None, without: Collection[int] = ()
) -> Profile:
    """Return what recommendations may know of `visitor`, or might at a time. One query, none for a
    stranger.

    Of somebody who wants no personal ones that is no more than what they never want to see.
    """
    if visitor is not None and until is None and hooks.wanted(visitor).impersonal:
        hides = _standing(None).filter(visitor=visitor, kind=Event.Kind.HIDE)
        return Profile(visitor.pk, known=frozenset(hides.values_list("artwork_id", flat=True)))
    return whole_profile_of(visitor, until=until, without=without)


def whole_profile_of(
    visitor: Visitor | None, *, until: datetime | None = None, without: Collection[int] = ()
) -> Profile:
    """Return all that is known of `visitor`, or was at a time. One query, none for a stranger.

    A work of which any sign is muted ("don't use this") counts neither for nor against, nor does
    one `without` which the profile is asked for: the newest of the others then weigh accordingly.
    """
    if visitor is None:
        return NOBODY
    silenced = Count("muted", filter=None if until is None else Q(muted__lte=until))
    rows = (
        _standing(until)
        .filter(visitor=visitor)
        .values_list("artwork_id", "kind")
        .annotate(times=Count("id"), muted=silenced, last=Max("time"), event=Max("id"))
        .order_by("last", "event")
    )
    signs: dict[int, tuple[str, datetime]] = {}
    hidden: list[int] = []
    known: set[int] = set()
    muted: set[int] = set(without)
    for artwork_id, kind, times, mutes, last, _event in rows:
        if mutes:
            muted.add(artwork_id)
        if kind != Event.Kind.VIEW:
            known.add(artwork_id)
        if kind == Event.Kind.HIDE:
            hidden.append(artwork_id)
        elif kind != Event.Kind.VIEW or times >= LOOKS:
            before = signs.pop(artwork_id, None)  # put back at the end: by its newest sign
            if before and COUNTS[Event.Kind(before[0])] > COUNTS[Event.Kind(kind)]:
                kind = before[0]
            signs[artwork_id] = (kind, last)
    silent = muted.union(hidden)
    return Profile(
        visitor_id=visitor.pk,
        works=_weighed([(pk, *sign) for pk, sign in signs.items() if pk not in silent]),
        hidden=tuple(pk for pk in reversed(hidden) if pk not in muted)[:HIDDEN],
        known=frozenset(known),
    )


def _standing(until: datetime | None) -> QuerySet[Event]:
    if until is None:
        return Event.objects.filter(undone=None)
    return Event.objects.filter(Q(undone=None) | Q(undone__gt=until), time__lt=until)


def of_works(works: Iterable[int], *, hidden: Iterable[int] = ()) -> Profile:
    """Return the profile of somebody who likes `works` (oldest first), all alike."""
    chosen, against = list(works), list(hidden)
    return Profile(
        works=tuple(Chosen(pk) for pk in chosen[-CAP:]),
        hidden=tuple(against[:HIDDEN]),
        known=frozenset((*chosen, *against)),
    )


def _weighed(signs: Sequence[tuple[int, str, datetime]]) -> tuple[Chosen, ...]:
    """Weigh (artwork, kind, time) given oldest first, and keep `CAP` of them in that order."""
    if not signs:
        return ()
    newest = signs[-1][2]
    first_new = len(signs) - NEWEST
    weights = [
        COUNTS[Event.Kind(kind)]
        * max(FLOOR, 0.5 ** ((newest - time) / HALF_LIFE))
        * (NEWEST_COUNT if place >= first_new else 1.0)
        for place, (_, kind, time) in enumerate(signs)
    ]
    places = sorted(range(len(signs)), key=lambda p: (p < first_new, -weights[p], -p))[:CAP]
    return tuple(Chosen(signs[p][0], weights[p], signs[p][1]) for p in sorted(places))
