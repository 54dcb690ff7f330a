"""Why a work is recommended to somebody, in a form that pages can show. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.catalog.models import Artwork
from webapp.feed import blending, experiments, impressions, newcomers, reasons
from webapp.feed.arranging import Source
from webapp.feed.holding import lowered
from webapp.feed.looks import Looks, read_looks
from webapp.feed.models import Event, Impression, Visitor
from webapp.feed.profile import Profile, profile_of
from webapp.feed.queries import VERBS, cards_of
from webapp.feed.served import Served, served_by, serving
from webapp.vectors import queries as vectors

LOOK: Final = gettext_noop("likeness to what you chose, in colour, texture and form")
WITH_QUIZ: Final = gettext_noop(
    "what your answers in the quiz have in common, likeness to what you chose, and what many here "
    "like"
)
NEAR: Final = 0.6
"""By look, works are named that are at least so much like it, as a share of the one most so."""

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "visrank": LOOK,
        "curatornet-plus": gettext_noop(
            "a model that learnt which looks, and which works, people choose together"
        ),
        "curatornet": gettext_noop(
            "a model that learnt to read a taste from the pictures somebody chose"
        ),
        "vbpr": gettext_noop("a model of tastes, learnt from choices and from how works look"),
        "dvbpr": gettext_noop("a model that learnt to see from what people chose"),
        "acf": gettext_noop("a model that weighs which of your choices say most about you"),
        "acf-content": gettext_noop("a model that weighs which of your choices say most about you"),
        "factor-regression": gettext_noop(
            "a model of tastes that reads a work's appeal from its look"
        ),
        "bpr-mf": gettext_noop("a model of which works people choose together"),
        "als": gettext_noop("a model of which works people choose together"),
        "item2vec": gettext_noop("a model of which works people look at in one visit"),
        "gru4rec": gettext_noop("a model of what people look at next in a visit"),
        "visual-popularity": gettext_noop("what appeals to most people here"),
        "popularity": gettext_noop("what most people here chose"),
        "blend": gettext_noop(
            "several models together, some of looks and some of what people choose together"
        ),
    }
)
"""How each model ranks, for visitors: "ranked by …"."""
ANOTHER: Final = gettext_noop("a model trained on what people here chose")

EXPLAINED: Final = frozenset(
    {
        "for-you",
        "home-for-you",
        "home-because",
        "home-new",
        "home-popular",
        "home-picks",
        "home-fresh",
    }
)
"""Surfaces whose works come by a taste, or by what is said in a word; what visits speak for, and
what is shown for being different, has its reason above it."""

Because = Literal["model", "look", "explore", "fresh", "popular", "pick", "nothing"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A work of the visitor's that speaks for the recommendation."""

    artwork: Artwork
    verb: str
    """What the visitor did with it: "liked"."""


@dataclass(frozen=True, slots=True)
class Why:
    """What led to a work being shown."""

    because: Because
    """How it came there; "nothing": the visitor chose nothing yet that could speak for it."""
    reasons: tuple[Reason, ...] = ()
    """The strongest first."""
    model: str = ""
    """What ranks, in plain words; empty where nothing was ranked."""
    name: str = ""
    """Its name: "curatornet, version 12"."""
    by_look: bool = False
    """Whether reasons are works that look alike; else those without which it would stand lower."""


def can_be_told(artwork_id: int, *, list_id: UUID) -> bool:
    """Tell whether `why` knows how a work came into a list. One query at most."""
    return impressions.surface_of(list_id, artwork_id) in EXPLAINED


def why(visitor: Visitor | None, artwork: Artwork, *, list_id: UUID | None = None) -> Why:
    """Return why `artwork` is shown to `visitor`, None for a stranger.

    Where it was found in a list that was shown to this visitor, it is told how it came into that
    list, and reasons are those of what ranked it; they are of the profile as it is now. Otherwise
    the model that serves this visitor is asked.
    """
    shown = _shown(visitor, artwork, list_id)
    source: Source = shown.source if shown else "model"  # type: ignore[assignment]  # from a Source
    profile = profile_of(visitor, without=(artwork.pk,))
    works = profile.works
    if not works:
        if visitor is None and list_id is not None:  # of strangers it is not noted what they saw
            source = newcomers.source_of(artwork) or source
        return Why(source if source in ("fresh", "popular", "pick") else "nothing")
    served = _ranking(profile, shown)
    if served is None:
        return Why("nothing")
    ranked = source in ("model", "explore")
    served, by_look = _able(served, profile, artwork, ranked=ranked)
    looks = read_looks(served.look, [artwork.pk, *(work.artwork_id for work in works)])
    guess = blending.guess_of(profile, served) if ranked else None
    if guess is not None:
        by_look = False
        found = blending.reasons(profile, served.space, guess, [artwork.pk])
    else:
        left = _not(artwork, by_look)
        found = reasons.reasons(profile, served, looks, [artwork.pk], not_ranked=left)
    kinds = {work.artwork_id: work.kind for work in works}
    cited = found.get(artwork.pk, ())
    if by_look:
        cited = _near(looks, artwork.pk, cited)
    else:
        less = [profile_of(visitor, without=(pk, artwork.pk)) for pk in cited]
        holding = lowered(profile, less, served, artwork.pk)
        cited = tuple(pk for pk, holds in zip(cited, holding, strict=True) if holds)
    cards = cards_of(cited)
    because: Because = "look" if source == "model" and by_look else source
    return Why(
        because=because,
        reasons=tuple(
            Reason(cards[pk], _(VERBS[Event.Kind(kinds[pk])])) for pk in cited if pk in cards
        ),
        model=_(WITH_QUIZ) if guess else _(LOOK) if by_look else _words(served),
        name=served.name,
        by_look=by_look,
    )


def _shown(visitor: Visitor | None, artwork: Artwork, list_id: UUID | None) -> Impression | None:
    """How the list showed the work, if it was shown to this visitor."""
    if list_id is None:
        return None
    rows = Impression.objects.filter(
        list_id=list_id, artwork_id=artwork.pk, visitor_id=visitor.pk if visitor else None
    )
    return rows.order_by("time").first()


def _ranking(profile: Profile, shown: Impression | None) -> Served | None:
    """What ranked the list, or would rank one now."""
    if shown and shown.space_id is not None:
        return served_by(shown.space_id)
    taking = experiments.assignment(profile)
    if taking and taking.side is not None:
        return served_by(taking.spaces[0 if taking.side == "a" else 1])
    return serving()


def _able(
    served: Served, profile: Profile, artwork: Artwork, *, ranked: bool
) -> tuple[Served, bool]:
    """What can give reasons, and whether that is by look: the model only if it knows the work and
    any of the profile, and the work came by its ranking."""
    if served.bundle is not None and ranked:
        wanted = [artwork.pk, *(work.artwork_id for work in profile.works)]
        known = vectors.vectors_of(served.space, wanted)[0].tolist()
        if artwork.pk in known and len(known) > 1:
            return served, False
    return (Served(served.look, None, served.look) if served.look else served), True


def _near(looks: Looks, pk: int, cited: tuple[int, ...]) -> tuple[int, ...]:
    """Those cited that look about as much like the work as the first."""
    cosines = looks.cosines([pk], cited)[0]
    return tuple(
        other
        for other, cosine in zip(cited, cosines, strict=True)
        if cosine > 0 and cosine >= NEAR * cosines[0]
    )


def _not(artwork: Artwork, by_look: bool) -> tuple[int, ...]:
    return (artwork.pk,) if by_look else ()


def _words(served: Served) -> str:
    return _(WORDS.get(served.bundle.model, ANOTHER) if served.bundle else LOOK)
