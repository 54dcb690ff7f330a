"""Whose list is part of an experiment, and what they are shown for it.

Only visitors with a taste take part: to others both sides show the same. A list of an A/B test is
ranked by the space of the visitor's side. An interleaved list is drafted from the rankings of both
and shown as one, in the order of the draft; rows with reasons would move works up by how well they
can be explained, which no captain has chosen. Nothing is drawn at random in it: a draft would give
the draw another probability than the one that is logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from artrec.online.interleaving import team_draft
from artrec.online.split import Side, side_of
from webapp.feed.models import Experiment, Serving
from webapp.feed.profile import Profile
from webapp.feed.ranking import Entry, recommend
from webapp.feed.served import Served, served_by

RANKED: Final = ("model", "explore")
"""Sources of works that a ranking chose; only for those a team earns credit."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """How somebody takes part."""

    experiment_id: int
    spaces: tuple[int | None, int | None]
    """Of sides a and b."""
    side: Side | None
    """None where both are shown in one list."""

    @property
    def interleaved(self) -> bool:
        """Whether both rankings are in one list."""
        return self.side is None


def assignment(profile: Profile) -> Assignment | None:
    """Return how somebody takes part in the experiment that runs; None who does not. One query."""
    if profile.visitor_id is None or not profile.works:
        return None
    running = Experiment.objects.filter(state=Experiment.State.RUNNING).values_list(
        "pk", "kind", "space_a_id", "space_b_id", "share", "salt"
    )
    found = running.first()
    if found is None:
        return None
    pk, kind, space_a, space_b, share, salt = found
    side = side_of(salt, profile.visitor_id, share=share)
    if side is None:
        return None
    together = kind == Experiment.Kind.INTERLEAVING
    return Assignment(pk, (space_a, space_b), None if together else side)


def ranked(
    taking: Assignment, profile: Profile, *, knobs: Serving, limit: int
) -> tuple[list[Entry], Served | None]:
    """Return the list of somebody who takes part, its entries marked with their side or team."""
    if taking.side is not None:
        served = served_by(taking.spaces[0 if taking.side == "a" else 1])
        entries = recommend(profile, served, knobs=knobs, limit=limit)
        return [replace(entry, variant=taking.side) for entry in entries], served
    certain = Serving(
        diversity=knobs.diversity,
        per_artist=knobs.per_artist,
        fresh_share=knobs.fresh_share,
        explore_share=0.0,
    )
    sides = [served_by(space) for space in taking.spaces]
    lists = [recommend(profile, side, knobs=certain, limit=limit) for side in sides]
    return interleaved(*lists, limit=limit, rng=np.random.default_rng()), sides[0]


def interleaved(
    first: Sequence[Entry], second: Sequence[Entry], *, limit: int, rng: np.random.Generator
) -> list[Entry]:
    """Draft one list from two. Works that no ranking chose, such as new ones, are of no team."""
    by_team = {
        "a": {entry.artwork_id: entry for entry in first},
        "b": {entry.artwork_id: entry for entry in second},
    }
    draft = team_draft(list(by_team["a"]), list(by_team["b"]), limit=limit, rng=rng)
    entries = []
    for position, (pk, team) in enumerate(draft):
        entry = by_team[team or "a"].get(pk) or by_team["b"][pk]
        variant = team if entry.source in RANKED else ""
        entries.append(replace(entry, position=position, variant=variant))
    return entries
