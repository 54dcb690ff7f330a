"""Drawing triplets on the fly."""

from __future__ import annotations

import numpy as np

from artrec.errors import ShapeError
from artrec.sampling.config import Rules, SamplingConfig, Strategy, rules_of
from artrec.sampling.hybrid import hybrid_plans
from artrec.sampling.index import Index, build_index
from artrec.sampling.item_strategies import one_item, one_item_same_artist
from artrec.sampling.plans import Plan, fill, no_hole
from artrec.sampling.report import StrategyReport, no_counts, reports_of
from artrec.sampling.triplets import Triplets, take
from artrec.sampling.user_strategies import (
    favourite_artists,
    missing_in_basket,
    next_basket,
    profile_items,
)
from artrec.sampling.world import Histories, Ints, World

CLUSTER_STRATEGIES = {
    Strategy.MISSING_IN_BASKET: "a basket in a world with visual clusters",
    Strategy.NEXT_BASKET: "a basket in a world with visual clusters",
    Strategy.FAVOURITE_ARTISTS: "a favourite artist in a world with visual clusters",
}


class TripletSampler:
    """Draws triplets by the guidelines; see `SamplingConfig` for what it can be told.

    Histories must be those of training: what is held out for validation or test may not be in
    them. Raises ShapeError where the world lacks what the mode needs.
    """

    def __init__(
        self, world: World, histories: Histories, config: SamplingConfig | None = None
    ) -> None:
        self.config = config or SamplingConfig()
        self.rules = rules_of(self.config)
        _check_world(world, self.config, self.rules)
        self.index = build_index(world, histories)
        self.plans = [
            plan
            for plan in _plans(self.index, self.config, self.rules)
            if plan.strategy in self.rules.shares
        ]
        self._counts = no_counts(self.plans)

    def draw(self, n: int, rng: np.random.Generator) -> Triplets:
        """Up to `n` triplets, shuffled; equal seeds give equal triplets.

        Each strategy gets its share of `n` to within one. Within a strategy each user (strategies
        5, 6, 8: item) it can serve gets the same number to within one, however long the history.
        Triplets for which no proposal holds after `max_tries` are left out, not replaced, so
        fewer than `n` may come, or none; `report` tells.

        Cheapest in blocks of some 65,000 (few calls, still in the cache), cut up by `take`.
        """
        shares = [self.rules.shares[plan.strategy] for plan in self.plans]
        counts = apportion(n, shares, rng.random())
        parts = [
            self._draw_strategy(plan, int(count), rng)
            for plan, count in zip(self.plans, counts, strict=True)
        ]
        together = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("user", "positive", "negative", "strategy", "start", "stop", "hole")
        }
        drawn = Triplets(pool=self.index.pool, **together)
        return take(drawn, rng.permutation(len(drawn)))

    def report(self) -> list[StrategyReport]:
        """Counts of all draws so far, one entry per strategy with a share."""
        return reports_of(self.plans, self._counts)

    def _draw_strategy(self, plan: Plan, count: int, rng: np.random.Generator) -> Triplets:
        sources = equal_rounds(plan.sources, count, rng)
        found, turned_down = fill(plan, sources, self.config.max_tries, rng)
        keep: Ints | slice = slice(None)
        if not found.accepted.all():
            keep = np.flatnonzero(found.accepted)
        user = sources if plan.of_users else no_hole(len(sources))
        drawn = Triplets(
            user=user[keep].astype(np.int32),
            positive=found.positive[keep].astype(np.int32),
            negative=found.negative[keep].astype(np.int32),
            strategy=np.full(len(user[keep]), int(plan.strategy), dtype=np.int32),
            start=found.start[keep],
            stop=found.stop[keep],
            hole=found.hole[keep],
            pool=self.index.pool,
        )
        self._counts[plan.strategy] += (count, len(drawn), turned_down)
        return drawn


def apportion(n: int, shares: list[float], chance: float) -> Ints:
    """Split n by shares: each count within one of its share, and right on average over `chance`,
    a random number in [0, 1)."""
    borders = np.concatenate(([0.0], np.cumsum(shares)))
    borders[-1] = 1.0
    cuts = np.floor(borders * n + chance).astype(np.int64)
    counts: Ints = cuts[1:] - cuts[:-1]
    return counts


def equal_rounds(sources: Ints, n: int, rng: np.random.Generator) -> Ints:
    """n of the sources, ascending, each as often as any other to within one.

    Ascending, because look-ups by user then walk through memory in order.
    """
    if len(sources) == 0:
        return sources
    rounds, rest = divmod(n, len(sources))
    times = np.full(len(sources), rounds)
    times[rng.choice(len(sources), size=rest, replace=False)] += 1
    return np.repeat(sources, times)


def _check_world(world: World, config: SamplingConfig, rules: Rules) -> None:
    cosines = config.mode == "icdm" or (
        rules.visual_margin is not None and Strategy.ONE_ITEM_SAME_ARTIST in rules.shares
    )
    if world.clusters is None and (rules.cluster_first or rules.hard_ratio > 0 or cosines):
        raise ShapeError(
            f"Sampling as in {config.mode} needs a visual cluster for each item; "
            "make them with visual_clusters, or choose mode paper or random."
        )
    if world.vectors is None and cosines:
        raise ShapeError(
            f"Sampling as in {config.mode} compares pictures; give the World the vectors that "
            "visual_clusters returns, or choose mode paper or random."
        )


def _plans(index: Index, config: SamplingConfig, rules: Rules) -> list[Plan]:
    if config.mode == "icdm" and index.clusters is not None and index.unit is not None:
        return hybrid_plans(index, index.clusters, index.unit, rules)
    free = [
        profile_items(index, rules),
        one_item(index, rules),
        one_item_same_artist(index, rules),
    ]
    if index.clusters is None:
        nobody = [
            Plan(strategy, True, np.empty(0, np.int64), index.n_users, need, free[0].propose)
            for strategy, need in CLUSTER_STRATEGIES.items()
        ]
        return [*nobody, *free]
    return [
        missing_in_basket(index, index.clusters, rules),
        next_basket(index, index.clusters, rules),
        favourite_artists(index, index.clusters, rules),
        *free,
    ]
