"""What the home page of somebody is made of, in the order that makes sense for them.

Who has chosen something sees first what is ranked for them; somebody new sees what curators picked
and others love, and how to begin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.feed import hooks
from webapp.feed.keeping import kept
from webapp.feed.models import Event, Visitor
from webapp.feed.profile import NOBODY, Profile, profile_of
from webapp.feed.queries import VERBS, Marks, ranked_for
from webapp.home import drafts
from webapp.home.exhibits import Exhibition, exhibitions
from webapp.home.hanging import Draft, Rail, hang
from webapp.home.recent import looked_at

OPENINGS: Final = ("for-you", "picks", "popular", "fresh")
"""Kinds of rails that may open the page."""
BELOW: Final = ("different", "fresh")
"""Kinds that come after the exhibitions."""
SLIM: Final = 0.7
WIDE: Final = 1.5
CHOSEN: Final = 3
"""Works of the visitor's that the opening names as its reasons."""
COUNT_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Home:
    """The page. No work stands twice on it."""

    opening: Rail | None
    """The rail of the first screen; None where there is nothing to see yet."""
    above: tuple[Rail, ...]
    """Rails above the exhibitions, in order,"""
    exhibitions: tuple[Exhibition, ...]
    below: tuple[Rail, ...]
    """and those below."""
    chosen: tuple[Artwork, ...] = ()
    """Works of the visitor's that most of the opening comes from; none where it is not theirs."""
    experiment_id: int | None = None
    """The experiment that what is ranked for the visitor is part of."""

    @property
    def rails(self) -> tuple[Rail, ...]:
        """Every rail of works, in the order of the page."""
        return (*((self.opening,) if self.opening else ()), *self.above, *self.below)

    @property
    def personal(self) -> bool:
        """Whether it opens with what is ranked for the visitor."""
        return self.opening is not None and self.opening.kind == "for-you"

    @property
    def shared(self) -> bool:
        """Whether it opens with what everybody sees."""
        return not self.personal


def home(request: HttpRequest, visitor: Visitor | None, marks: Marks, *, draw: int = 0) -> Home:
    """Return the home page of `visitor`, None for a stranger.

    Args:
        request: A stranger's browser remembers what they looked at.
        visitor: Who looks.
        marks: Theirs.
        draw: How often they asked for other works far from their taste.

    The number of queries is bounded, however many works there are and however much is known.
    """
    profile = profile_of(visitor) if visitor else NOBODY
    drafted, experiment_id = _drafted(request, visitor, profile, marks, draw)
    first = {each.artwork_id for draft in drafted[:1] for each in draft.entries[: draft.length]}
    shows = exhibitions(shown=first, hidden=marks.hidden)
    exhibited = {work.pk for show in shows for work in show.works}
    verbs = {work.artwork_id: _(VERBS[Event.Kind(work.kind)]) for work in profile.works}
    rails = hang(drafted, barred=exhibited, verbs=verbs)
    opening = _opening(rails)
    if opening is None:  # too few works for rails, but there may be something to see
        shows, rails = [], hang([drafts.fresh(marks.hidden, least=1)])
        opening = _opening(rails)
    others = [rail for rail in rails if rail is not opening]
    if opening and opening.kind != "for-you":
        opening = led(opening)
    return Home(
        opening=opening,
        above=tuple(rail for rail in others if rail.kind not in BELOW),
        exhibitions=tuple(shows),
        below=tuple(rail for rail in others if rail.kind in BELOW),
        chosen=_chosen(opening) if opening else (),
        experiment_id=experiment_id,
    )


def _opening(rails: Sequence[Rail]) -> Rail | None:
    return next((rail for rail in rails if rail.kind in OPENINGS), None)


def led(rail: Rail) -> Rail:
    """Return a rail of everybody's with a work in front that is neither slim nor wide: it is the
    one that a phone shows."""
    shapes = (each.artwork.image.width / each.artwork.image.height for each in rail.works)
    first = next((place for place, shape in enumerate(shapes) if SLIM < shape < WIDE), 0)
    order = [rail.works[first], *rail.works[:first], *rail.works[first + 1 :]]
    works = (replace(each, entry=replace(each.entry, position=n)) for n, each in enumerate(order))
    return replace(rail, works=tuple(works))


def size() -> int:
    """Return how many works there are to see, or were some minutes ago."""
    return kept("home.size", COUNT_SECONDS, lambda: catalog.visible().count())


def _drafted(
    request: HttpRequest, visitor: Visitor | None, profile: Profile, marks: Marks, draw: int
) -> tuple[list[Draft], int | None]:
    """The rails that may come, in order, and the experiment they are part of."""
    known = {*profile.known, *marks.liked, *marks.hidden}
    looked = [pk for pk in looked_at(request, visitor) if pk not in set(marks.hidden)]
    shared = [drafts.artists(visitor, known)]
    if not hooks.wanted(visitor).impersonal:
        shared.append(drafts.visits(looked, known))
    shared.append(drafts.recent(looked))
    ranked = ranked_for(profile) if profile.works else None
    if ranked and any(entry.source == "model" for entry in ranked.entries):
        because = drafts.because(ranked)
        # One's own first; between what speaks for a taste, what one asked for.
        drafted = [drafts.for_you(ranked), drafts.new(ranked), *because[:1], *shared[:1]]
        drafted += [*because[1:], *shared[1:], drafts.different(ranked, draw)]
        return [*drafted, drafts.fresh(known)], ranked.experiment_id
    loved = [drafts.picks(known), drafts.popular(known)]
    return [*loved, *shared, drafts.fresh(known)], None


def _chosen(opening: Rail) -> tuple[Artwork, ...]:
    """The works that are the reason of most in a rail."""
    reasons = {each.because.pk: each.because for each in opening.works if each.because}
    often = Counter(each.because.pk for each in opening.works if each.because)
    return tuple(reasons[pk] for pk, _often in often.most_common(CHOSEN))
