"""Read side of the feed. Nothing in this module writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.feed import experiments
from webapp.feed.models import Event, Pick, Visitor
from webapp.feed.profile import Profile, profile_of
from webapp.feed.ranking import Entry, recommend
from webapp.feed.served import Served, knobs, serving

RAIL_LENGTH: Final = 8
RAILS: Final = 4
VERBS: Final = {
    Event.Kind.PURCHASE: gettext_noop("bought"),
    Event.Kind.SAVE: gettext_noop("saved"),
    Event.Kind.LIKE: gettext_noop("liked"),
    Event.Kind.VIEW: gettext_noop("often looked at"),
    Event.Kind.CHOICE: gettext_noop("chose"),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """The standing likes, hides and saves of a visitor, newest first."""

    liked: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    saved: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A work and why it is shown."""

    artwork: Artwork
    entry: Entry
    """Its place: position on the page, source, propensity, score."""
    reasons: tuple[Artwork, ...] = ()
    """Works of the visitor's that speak for it most, the strongest first; none where no taste is
    known yet."""
    verb: str = "liked"
    """What the visitor did with the first of them."""

    @property
    def because(self) -> Artwork | None:
        """The strongest reason."""
        return self.reasons[0] if self.reasons else None


@dataclass(frozen=True, slots=True)
class Rail:
    """A row with a reason: what one work of the visitor's speaks for most."""

    because: Artwork
    verb: str
    works: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """For you: rows with reasons, then everything else in order. No work twice."""

    list_id: UUID
    rails: tuple[Rail, ...]
    more: tuple[Recommendation, ...]
    personal: bool
    """False while nothing is known of the visitor's taste."""
    served: Served | None = None
    """What ranked it; of an interleaved list, its first side."""
    experiment_id: int | None = None
    """The experiment it is part of."""

    @property
    def shown(self) -> tuple[Recommendation, ...]:
        """All of it in the order of the page, which is that of the positions of the entries."""
        return (*(each for rail in self.rails for each in rail.works), *self.more)


def marks_of(visitor: Visitor | None) -> Marks:
    """Return what `visitor` likes, hides and has saved. One query, none for a stranger."""
    if visitor is None:
        return Marks()
    rows = list(
        Event.objects.filter(visitor=visitor, kind__in=["like", "hide", "save"], undone=None)
        .order_by("-time", "-id")
        .values_list("kind", "artwork_id")
    )
    return Marks(
        liked=tuple(pk for kind, pk in rows if kind == Event.Kind.LIKE),
        hidden=tuple(pk for kind, pk in rows if kind == Event.Kind.HIDE),
        saved=tuple(pk for kind, pk in rows if kind == Event.Kind.SAVE),
    )


def muted_by(visitor: Visitor | None) -> list[int]:
    """Return the works that `visitor` does not want to shape recommendations, newest first. One
    query, none for a stranger."""
    if visitor is None:
        return []
    muted = Event.objects.filter(visitor=visitor, undone=None, muted__isnull=False)
    works = muted.values("artwork_id").annotate(since=Max("muted")).order_by("-since", "artwork_id")
    return list(works.values_list("artwork_id", flat=True))


@dataclass(frozen=True, slots=True)
class Ranked:
    """What is recommended to somebody, before it is laid out on a page."""

    profile: Profile
    entries: tuple[Entry, ...]
    served: Served | None
    """What ranked it; of an interleaved list, its first side."""
    experiment_id: int | None = None
    interleaved: bool = False
    """Whether two rankings are in it, so that its order must stay as it is."""


def ranked_for(profile: Profile, *, limit: int = 72) -> Ranked:
    """Return what is recommended to somebody with this profile.

    It is ranked by the model that serves, or as an experiment wants it.
    """
    if taking := experiments.assignment(profile):
        entries, served = experiments.ranked(taking, profile, knobs=knobs(), limit=limit)
        experiment, interleaved = taking.experiment_id, taking.interleaved
        return Ranked(profile, tuple(entries), served, experiment, interleaved)
    served = serving()
    entries = recommend(profile, served, knobs=knobs(), limit=limit)
    return Ranked(profile, tuple(entries), served)


def for_you(visitor: Visitor | None, *, limit: int = 72) -> FeedPage:
    """Return For you of `visitor`, None for a stranger."""
    found = ranked_for(profile_of(visitor), limit=limit)
    page = page_of(found.entries, found.profile, found.served, in_rows=not found.interleaved)
    return replace(page, experiment_id=found.experiment_id)


def page_of(
    entries: Sequence[Entry], profile: Profile, served: Served | None, *, in_rows: bool = True
) -> FeedPage:
    """Dress a list for the page: works, reasons, rows. One query. Positions become the page's.

    Otherwise than `in_rows` it stays one list in its order.
    """
    wanted = {pk for entry in entries for pk in (entry.artwork_id, *entry.because)}
    cards = cards_of(wanted)
    kinds = {work.artwork_id: work.kind for work in profile.works}
    rows = []
    for entry in entries:
        reasons = tuple(cards[pk] for pk in entry.because if pk in cards)
        if artwork := cards.get(entry.artwork_id):  # not withdrawn meanwhile
            kind = kinds.get(reasons[0].pk) if reasons else None
            verb = _(VERBS[Event.Kind(kind or Event.Kind.LIKE)])
            rows.append(Recommendation(artwork, entry, reasons, verb))
    rails, more = _rails(rows) if in_rows else ((), tuple(rows))
    personal = any(entry.source == "model" for entry in entries) and bool(profile.works)
    page = FeedPage(uuid4(), rails, more, personal, served)
    place = {each.artwork.pk: number for number, each in enumerate(page.shown)}

    def placed(rows: Iterable[Recommendation]) -> tuple[Recommendation, ...]:
        return tuple(
            replace(row, entry=replace(row.entry, position=place[row.artwork.pk])) for row in rows
        )

    rails = tuple(replace(rail, works=placed(rail.works)) for rail in rails)
    return replace(page, rails=rails, more=placed(more))


def is_picked(artwork: Artwork) -> bool:
    """Return whether a curator shows it to newcomers."""
    return Pick.objects.filter(artwork=artwork).exists()


def cards_of(ids: Iterable[int]) -> dict[int, Artwork]:
    """Return what a card shows of these works, in one query, by id."""
    return catalog.cards().in_bulk(list(set(ids)))


def _rails(
    rows: Sequence[Recommendation],
) -> tuple[tuple[Rail, ...], tuple[Recommendation, ...]]:
    """Give the reasons that bring most works a row each, in order of their best work; and the rest.

    Works drawn at random stay in the rest, so that what is drawn moves nothing else.
    """
    by_reason: defaultdict[int, list[Recommendation]] = defaultdict(list)
    for row in rows:
        if row.because and row.entry.source != "explore":
            by_reason[row.because.pk].append(row)
    rails: list[Rail] = []
    for group in by_reason.values():
        because = group[0].because
        if because and len(group) >= RAIL_LENGTH // 2 and len(rails) < RAILS:
            rails.append(Rail(because, group[0].verb, tuple(group[:RAIL_LENGTH])))
    taken = {each.artwork.pk for rail in rails for each in rail.works}
    return tuple(rails), tuple(row for row in rows if row.artwork.pk not in taken)
