"""Read side of the feed. Nothing in this module writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from artrec.serving.rerank import cap_per_group, interleave
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed import ranking
from webapp.feed.models import Event, Visitor
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters

PROFILE_LIMIT: Final = 50
"""Newest likes that shape the feed; older ones no longer count."""
PER_ARTIST: Final = 3
"""Most works of one artist in a feed."""
SPARE: Final = 4
"""Candidates fetched per place, so that the cap per artist can be kept without a second try."""
RAIL_LENGTH: Final = 8
RAILS: Final = 4
POPULAR_DAYS: Final = 60
"""How far back, from the newest event, likes and purchases count as popularity."""
RECOMMENDABLE: Final = Filters(
    availability=(Artwork.Availability.AVAILABLE, Artwork.Availability.NOT_FOR_SALE)
)


@dataclass(frozen=True, slots=True)
class Marks:
    """The standing likes and hides of a visitor, newest first."""

    liked: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A work and why it is shown; `because` is None where no taste is known yet."""

    artwork: Artwork
    because: Artwork | None
    score: float


@dataclass(frozen=True, slots=True)
class Rail:
    """A row with a reason: what is most like one liked work."""

    because: Artwork
    works: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """For you: rows with reasons, then everything else in order. No work twice."""

    rails: tuple[Rail, ...]
    more: tuple[Recommendation, ...]
    personal: bool
    """False while nothing is known of the visitor's taste: `more` is then fresh and popular."""


def marks_of(visitor: Visitor | None) -> Marks:
    """Return what `visitor` likes and hides. One query, none for a stranger."""
    if visitor is None:
        return Marks()
    rows = list(
        Event.objects.filter(visitor=visitor, kind__in=["like", "hide"], undone=None)
        .order_by("-time", "-id")
        .values_list("kind", "artwork_id")
    )
    return Marks(
        liked=tuple(pk for kind, pk in rows if kind == Event.Kind.LIKE),
        hidden=tuple(pk for kind, pk in rows if kind == Event.Kind.HIDE),
    )


def for_you(marks: Marks, *, limit: int = 72, top: int = 1) -> FeedPage:
    """Return the feed of whoever has these marks: VisRank over the newest likes.

    Never shows what was liked, hidden or sold, nor more than `PER_ARTIST` works of an artist.
    Without likes, or while no vectors exist, it shows fresh and popular works.
    """
    space = vectors.live_space()
    known = {*marks.liked, *marks.hidden}
    liked = marks.liked[:PROFILE_LIMIT]
    ranked = (
        ranking.rank(
            space, liked, limit=limit * SPARE, top=top, filters=RECOMMENDABLE, exclude=known
        )
        if space and liked
        else []
    )
    if not ranked:
        works = fresh_and_popular(limit=limit, exclude=known)
        return FeedPage((), tuple(Recommendation(work, None, 0.0) for work in works), False)

    hands = _hands(entry.artwork_id for entry in ranked)
    ranked = [entry for entry in ranked if entry.artwork_id in hands]  # deleted meanwhile
    groups = [hands[entry.artwork_id] for entry in ranked]
    kept = [ranked[i] for i in cap_per_group(groups, cap=PER_ARTIST)][:limit]
    cards = cards_of([e.artwork_id for e in kept] + [e.because_id for e in kept])
    return _with_rails(
        [
            Recommendation(cards[e.artwork_id], cards.get(e.because_id), e.score)
            for e in kept
            if e.artwork_id in cards
        ]
    )


def more_like(artwork: Artwork, *, limit: int = 12, exclude: Collection[int] = ()) -> list[Artwork]:
    """Return the visible works that look most like `artwork`, best first; none before it has a
    vector."""
    space = vectors.live_space()
    if space is None:
        return []
    ids, values = vectors.vectors_of(space, [artwork.pk])
    if not len(ids):
        return []
    near = vectors.nearest(space, values[0], limit=limit, exclude={artwork.pk, *exclude})
    cards = cards_of([hit.artwork_id for hit in near])
    return [cards[hit.artwork_id] for hit in near if hit.artwork_id in cards]


def fresh_and_popular(*, limit: int, exclude: Collection[int] = ()) -> list[Artwork]:
    """Return newest works and lately most liked ones in turn, for visitors without a taste yet."""
    shown = Artwork.objects.filter(
        state=Artwork.State.VISIBLE, availability__in=RECOMMENDABLE.availability
    ).exclude(pk__in=exclude)
    newest = shown.order_by("-added", "-pk").values_list("pk", flat=True)[: limit * SPARE]
    mixed = list(interleave(_popular(shown, limit * SPARE), newest))
    hands = _hands(mixed)
    kept = [mixed[i] for i in cap_per_group([hands.get(pk) for pk in mixed], cap=PER_ARTIST)]
    cards = cards_of(kept[:limit])
    return [cards[pk] for pk in kept[:limit] if pk in cards]


def cards_of(ids: Iterable[int]) -> dict[int, Artwork]:
    """Return what a card shows of these works, in one query, by id."""
    return (
        Artwork.objects.filter(state=Artwork.State.VISIBLE)
        .select_related("artist", "image")
        .in_bulk(list(set(ids)))
    )


def _hands(ids: Iterable[int]) -> dict[int, int]:
    """Return whose hand made each work; each work of an unknown artist counts as a hand of its own,
    or a collection without names could show three works."""
    rows = Artwork.objects.filter(pk__in=list(ids)).values_list("pk", "artist_id", "artist__name")
    return {pk: -pk if name == UNKNOWN_ARTIST else artist for pk, artist, name in rows}


def _popular(shown: QuerySet[Artwork], limit: int) -> list[int]:
    """Return the works most visitors lately liked or bought."""
    newest = Event.objects.aggregate(newest=Max("time"))["newest"]
    if newest is None:
        return []
    lately = Q(
        events__kind__in=[Event.Kind.LIKE, Event.Kind.PURCHASE],
        events__undone=None,
        events__time__gte=newest - timedelta(days=POPULAR_DAYS),
    )
    return list(
        shown.filter(lately)
        .annotate(fans=Count("events__visitor", distinct=True))
        .order_by("-fans", "-pk")
        .values_list("pk", flat=True)[:limit]
    )


def _with_rails(entries: Sequence[Recommendation]) -> FeedPage:
    """Give the likes that bring most works a row each, in order of their best work."""
    by_like: defaultdict[int, list[Recommendation]] = defaultdict(list)
    for entry in entries:
        if entry.because is not None:
            by_like[entry.because.pk].append(entry)
    rails: list[Rail] = []
    for group in by_like.values():
        because = group[0].because
        if because is not None and len(group) >= RAIL_LENGTH // 2 and len(rails) < RAILS:
            rails.append(Rail(because, tuple(group[:RAIL_LENGTH])))
    shown = {entry.artwork.pk for rail in rails for entry in rail.works}
    return FeedPage(
        tuple(rails), tuple(entry for entry in entries if entry.artwork.pk not in shown), True
    )
