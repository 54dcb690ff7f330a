"""From a profile to a list: candidates, what hidden works take away, places, reasons.

profile -> candidates of the model (or VisRank, with what a quiz tells, or what newcomers see) ->
cap, diversity, new works, exploration -> the works that moved each one's score
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Final

import numpy as np

from artrec.errors import ArtrecError
from artrec.online.quiz_ranking import Guess
from artrec.serving.rerank import cap_per_group
from webapp.feed import blending, candidates, newcomers, reasons
from webapp.feed.arranging import Arranged, Place, Pool, Source, arrange
from webapp.feed.candidates import Candidates
from webapp.feed.looks import NO_LOOKS, Looks, read_looks
from webapp.feed.models import Serving
from webapp.feed.profile import Profile
from webapp.feed.served import Served
from webapp.feed.showable import RECOMMENDABLE, Showable, newest, showable
from webapp.feed.weighing import AGAINST
from webapp.metrics import stage

log = logging.getLogger(__name__)

SPARE: Final = 4
"""Candidates per place, for the cap, diversity and exploration to choose from."""
NEW: Final = 60
"""Newest works that may be given a place of their own."""
DRAW_SECONDS: Final = 3600
"""So long a visitor is drawn the same works, while they page and reload."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of a list of recommendations."""

    artwork_id: int
    position: int
    """From 0."""
    source: Source
    """"model", "explore" (drawn at random), "fresh" (a place kept for new works), "popular" or
    "pick" (a curator's)."""
    propensity: float = 1.0
    """Probability that this place shows this work, given what is known: 1 unless drawn."""
    score: float = 0.0
    """By the model, where it gave one; only the order means something."""
    space_id: int | None = None
    """The space it was ranked in, which is that of VisRank where the model could not rank; None for
    works that no ranking brought."""
    because: tuple[int, ...] = ()
    """Works of the profile that speak for it most, the strongest first."""
    variant: str = ""
    """Side of an experiment it is of."""


def recommend(
    profile: Profile,
    served: Served | None,
    *,
    knobs: Serving,
    limit: int = 72,
    hour: int | None = None,
) -> list[Entry]:
    """Return a list for somebody with this profile, ranked by `served`.

    Nothing in it is known, sold or withdrawn. It has `limit` entries, or as many as there are works
    that may be shown; those beyond the cap per artist come only where nothing else is left. Where
    the model cannot rank, VisRank does; where no taste is known, curators' picks, popular and new
    works are mixed.

    Args:
        profile: See `webapp.feed.profile`.
        served: See `webapp.feed.served`; None before there is any space.
        knobs: Diversity, cap and shares.
        limit: Places.
        hour: Draws are the same for a visitor and an hour; by default this one.
    """
    ranked, by, guess = _candidates(profile, served, limit * SPARE)
    if by is None or not profile.works:
        return _for_newcomers(profile, ranked, by, knobs, limit, _rng(profile, hour))
    fresh = newest(limit=NEW, exclude=profile.known, lately=True)
    chosen = [work.artwork_id for work in profile.works]
    wanted = [*ranked.ids.tolist(), *chosen, *profile.hidden, *fresh]
    looks = read_looks(by.look, wanted)
    if profile.hidden and by.asks_by_work:
        ranked = _penalised(ranked, profile, looks)
    known = showable(ranked.ids.tolist())
    pool = _pool(ranked, known, looks)
    with stage("rerank"):
        arranged = arrange(
            pool,
            knobs,
            limit=limit,
            diversity=knobs.diversity,
            rng=_rng(profile, hour),
            newcomers=[(pk, fresh[pk].hand) for pk in looks.nearest_first(list(fresh), profile)],
            fresh=[pk for pk, work in known.items() if work.fresh],
        )
    others: dict[int, Showable] = {}
    if len(arranged.places) < limit:
        others = newest(limit=limit * SPARE, exclude={*profile.known, *known})
    places = _filled(arranged, fresh | known, others, knobs, limit)
    with stage("reasons"):
        because = reasons.reasons(
            profile,
            by,
            looks,
            [place.artwork_id for place in places],
            not_ranked={*others, *(place.artwork_id for place in places if place.fresh)},
        )
        if guess is not None:
            listed = [place.artwork_id for place in places if not place.fresh]
            placed = [pk for pk in listed if pk not in others]
            because |= blending.reasons(profile, by.space, guess, placed)
    return _entries(places, pool, dict.fromkeys(others, "fresh"), by, because)


def _for_newcomers(
    profile: Profile,
    ranked: Candidates,
    by: Served | None,
    knobs: Serving,
    limit: int,
    rng: np.random.Generator,
) -> list[Entry]:
    """Picks, popular and new works in turn; what the model ranks best for nobody is one more."""
    listed = ranked.ids.tolist()
    sources = newcomers.mixed(limit=limit * SPARE, exclude=profile.known, ranked=listed)
    known = showable(list(sources))
    turns = np.arange(0, -len(sources), -1).astype(np.float32)
    pool = _pool(Candidates(np.array(list(sources), dtype=np.int64), turns), known, NO_LOOKS)
    # The turns of the lists are variety enough.
    arranged = arrange(pool, knobs, limit=limit, diversity=0.0, rng=rng)
    return _entries(_filled(arranged, known, {}, knobs, limit), pool, sources, by, {})


def _rng(profile: Profile, hour: int | None) -> np.random.Generator:
    hour = int(time() // DRAW_SECONDS) if hour is None else hour
    return np.random.default_rng([profile.visitor_id or 0, hour])


def _candidates(
    profile: Profile, served: Served | None, limit: int
) -> tuple[Candidates, Served | None, Guess | None]:
    """The model's candidates, else VisRank's, with what a quiz tells; and who ranked. None where
    nothing can be ranked."""
    ways = [served] if served else []
    if served and served.bundle and served.look:
        ways.append(Served(served.look, None, served.look))
    for way in ways:
        try:
            guess = blending.guess_of(profile, way)
            if guess is not None:
                found = blending.find(profile, way.space, guess, limit=limit, exclude=profile.known)
            else:
                found = candidates.find(
                    profile,
                    way.space,
                    way.bundle,
                    limit=limit,
                    filters=RECOMMENDABLE,
                    exclude=profile.known,
                )
        except (ArtrecError, ArithmeticError, ValueError):
            log.exception("%s could not rank for visitor %s", way.space, profile.visitor_id)
            continue
        if len(found.ids):
            return found, way, guess
    return candidates.NONE, None, None


def _penalised(ranked: Candidates, profile: Profile, looks: Looks) -> Candidates:
    """Where works are queries of their own, what looks like a hidden one falls back."""
    near = np.maximum(looks.likeness(ranked.ids.tolist(), profile.hidden), 0)
    scale = np.abs(ranked.scores).max(initial=0.0)
    scores = (ranked.scores - AGAINST * scale * near).astype(np.float32)
    order = np.lexsort((ranked.ids, -scores))
    return Candidates(ranked.ids[order], scores[order])


def _pool(ranked: Candidates, known: dict[int, Showable], looks: Looks) -> Pool:
    rows = [row for row, pk in enumerate(ranked.ids.tolist()) if pk in known]
    ids: list[int] = ranked.ids[rows].tolist()
    return Pool(ids, [known[pk].hand for pk in ids], ranked.scores[rows], looks.rows(ids))


def _filled(
    arranged: Arranged,
    known: Mapping[int, Showable],
    others: Mapping[int, Showable],
    knobs: Serving,
    limit: int,
) -> list[Place]:
    """A short list with other works behind it; what exceeds the cap comes last."""
    listed = [place.artwork_id for place in arranged.places]
    ids = [*listed, *others, *arranged.over]
    hands = [(known.get(pk) or others[pk]).hand for pk in ids]
    within = set(cap_per_group(hands, cap=max(1, knobs.per_artist)))
    order = sorted(range(len(listed), len(ids)), key=lambda row: row not in within)
    return [*arranged.places, *(Place(ids[row]) for row in order)][:limit]


def _entries(
    places: Sequence[Place],
    pool: Pool,
    sources: Mapping[int, Source],
    by: Served | None,
    because: Mapping[int, tuple[int, ...]],
) -> list[Entry]:
    scores = dict(zip(pool.ids, pool.scores.tolist(), strict=True))
    space_id = by.space.pk if by else None
    entries = []
    for position, place in enumerate(places):
        pk = place.artwork_id
        source: Source = "fresh" if place.fresh else sources.get(pk, "model")
        source = "explore" if place.drawn else source
        entries.append(
            Entry(
                artwork_id=pk,
                position=position,
                source=source,
                propensity=place.propensity,
                score=scores.get(pk, 0.0),
                space_id=space_id if source in ("model", "explore") else None,
                because=because.get(pk, ()),
            )
        )
    return entries
