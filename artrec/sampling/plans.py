"""How a strategy presents itself to the sampler: who it can serve, and one batch of proposals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from artrec.sampling.config import Strategy
from artrec.sampling.lookup import Doubles, Groups
from artrec.sampling.world import Bools, Ints


@dataclass(eq=False)
class Proposals:
    """One proposed triplet for each source, in the order of the sources; see `Triplets`."""

    start: Ints
    stop: Ints
    hole: Ints
    positive: Ints
    negative: Ints
    accepted: Bools
    """Whether the triplet keeps every condition of its strategy."""


Propose = Callable[[Ints, np.random.Generator], Proposals]


@dataclass(frozen=True, eq=False)
class Plan:
    """One strategy, ready to draw."""

    strategy: Strategy
    of_users: bool
    """Whether a source is a user; otherwise it is an item with a one-item profile."""
    sources: Ints
    """Users or items it can serve, ascending."""
    n_sources: int
    """Users or items there are."""
    need: str
    """What a source must have, for the report."""
    propose: Propose
    groups: tuple[Groups, ...] = ()
    """Tables of its own, for those who propose elsewhere: strategies 1 and 2 baskets by user and
    events by basket, strategy 3 candidates by user."""
    cumulated: Doubles | None = None
    """Running sum of the candidates' weights, as `pick_weighted` takes it, where they differ."""


def no_hole(n: int) -> Ints:
    """Holes of profiles from which nothing is left out."""
    return np.full(n, -1, dtype=np.int64)


def fill(plan: Plan, sources: Ints, tries: int, rng: np.random.Generator) -> tuple[Proposals, int]:
    """Propose for each source until it is accepted or has been tried `tries` times.

    Returns the proposals (those never accepted stay marked) and how many were turned down.
    """
    if len(sources) == 0:
        none = np.empty(0, dtype=np.int64)
        return Proposals(none, none, none, none, none, none.astype(bool)), 0
    best = plan.propose(sources, rng)
    turned_down = 0
    for _ in range(tries - 1):
        pending = np.flatnonzero(~best.accepted)
        turned_down += len(pending)
        if len(pending) == 0:
            return best, turned_down
        again = plan.propose(sources[pending], rng)
        rows = pending[again.accepted]
        for field in fields(Proposals):
            getattr(best, field.name)[rows] = getattr(again, field.name)[again.accepted]
    return best, turned_down + int(np.sum(~best.accepted))
