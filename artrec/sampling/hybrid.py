"""The guided sampler of the 2021 tutorial: an artist bonus beside the visual cosine.

Four strategies, with and without a real user, each with and without the positive taken from the
profile. The tutorial forgets choices older than the profile cap when it draws strategy 7; here
nothing a user ever chose becomes a positive or negative of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artrec.sampling.config import Rules, Strategy
from artrec.sampling.index import Clusters, Index, cosines, owns
from artrec.sampling.item_strategies import one_item_proposals
from artrec.sampling.lookup import below, expand, pick
from artrec.sampling.negatives import differ, pick_by_cluster
from artrec.sampling.plans import Plan, Proposals, no_hole
from artrec.sampling.user_strategies import pick_hole, pick_window
from artrec.sampling.world import Floats, Ints

PAIR_BLOCK = 1 << 16
"""Pairs of profile item and candidate scored together."""


def hybrid_plans(index: Index, clusters: Clusters, unit: Floats, rules: Rules) -> list[Plan]:
    """Plans of strategies 4, 5, 7 and 8."""
    margin = rules.visual_margin or 0.0
    boost = rules.artist_boost

    def profile_items(users: Ints, rng: np.random.Generator) -> Proposals:
        event, start, stop = pick_window(index, rules, users, rng)
        positive = index.items[event]
        negative = _like_item(index, clusters, rules, positive, rng)
        accepted = ~owns(index, users, negative) & differ(index, rules, positive, negative)
        rows = np.flatnonzero(accepted)
        first, last = start[rows], stop[rows]
        gap = profile_scores(index, unit, boost, first, last, positive[rows])
        gap -= profile_scores(index, unit, boost, first, last, negative[rows])
        accepted[rows] = gap > 0
        hole = pick_hole(index, rules, event, start, stop, rng)
        return Proposals(start, stop, hole, positive, negative, accepted)

    def hybrid_profile(users: Ints, rng: np.random.Generator) -> Proposals:
        start, stop = index.indptr[users], index.indptr[users + 1]
        needed = margin / (stop - start)  # by the whole history, as there
        left = _like_user(index, clusters, rules, users, rng)
        right = _like_user(index, clusters, rules, users, rng)
        accepted = ~owns(index, users, left) & ~owns(index, users, right)
        accepted &= differ(index, rules, left, right)
        if rules.profile_cap is not None:
            start = np.maximum(start, stop - rules.profile_cap)
        rows = np.flatnonzero(accepted)
        first, last = start[rows], stop[rows]
        gap = np.zeros(len(users))
        gap[rows] = profile_scores(index, unit, boost, first, last, left[rows])
        gap[rows] -= profile_scores(index, unit, boost, first, last, right[rows])
        positive, negative = np.where(gap < 0, (right, left), (left, right))
        accepted &= np.abs(gap) >= needed
        return Proposals(start, stop, no_hole(len(users)), positive, negative, accepted)

    def one_item(items: Ints, rng: np.random.Generator) -> Proposals:
        negative = _like_item(index, clusters, rules, items, rng)
        accepted = differ(index, rules, items, negative)
        return one_item_proposals(index, items, items.copy(), negative, accepted)

    def hybrid_one_item(items: Ints, rng: np.random.Generator) -> Proposals:
        left = _like_item(index, clusters, rules, items, rng)
        right = _like_item(index, clusters, rules, items, rng)
        accepted = (left != items) & (right != items) & differ(index, rules, left, right)
        gap = pair_scores(index, unit, boost, items, left)
        gap -= pair_scores(index, unit, boost, items, right)
        positive, negative = np.where(gap < 0, (right, left), (left, right))
        accepted &= np.abs(gap) >= margin
        return one_item_proposals(index, items, positive, negative, accepted)

    users = np.flatnonzero((np.diff(index.indptr) > 0) & (index.not_owned.free > 0))
    two = np.flatnonzero((np.diff(index.indptr) > 0) & (index.not_owned.free > 1))
    n = index.n_items
    some, more = "an item chosen and an item not chosen", "an item chosen and two not chosen"
    return [
        Plan(Strategy.PROFILE_ITEMS, True, users, index.n_users, some, profile_items),
        Plan(
            Strategy.ONE_ITEM,
            False,
            np.arange(n if n >= 2 else 0),
            n,
            "another item beside it",
            one_item,
        ),
        Plan(Strategy.HYBRID_PROFILE, True, two, index.n_users, more, hybrid_profile),
        Plan(
            Strategy.HYBRID_ONE_ITEM,
            False,
            np.arange(n if n >= 3 else 0),
            n,
            "two items beside it",
            hybrid_one_item,
        ),
    ]


def pair_scores(
    index: Index, unit: Floats, boost: float, left: Ints, right: Ints
) -> NDArray[np.float64]:
    """(B,) cosine of each pair, plus `boost` where both are by one known artist."""
    artist = index.artists[left]
    shared = (artist >= 0) & (artist == index.artists[right])
    scores: NDArray[np.float64] = cosines(unit, left, right) + boost * shared
    return scores


def profile_scores(
    index: Index, unit: Floats, boost: float, start: Ints, stop: Ints, items: Ints
) -> NDArray[np.float64]:
    """(B,) mean over the profile start:stop of the pair scores with each item."""
    scores = np.zeros(len(items))
    sizes = stop - start
    ends = np.cumsum(sizes)
    cuts = np.searchsorted(ends, np.arange(PAIR_BLOCK, ends[-1:].sum(), PAIR_BLOCK))
    for rows in np.split(np.arange(len(items)), cuts):
        if len(rows) == 0:
            continue
        profile = index.items[expand(start[rows], stop[rows])]
        pairs = pair_scores(index, unit, boost, profile, np.repeat(items[rows], sizes[rows]))
        firsts = np.cumsum(sizes[rows]) - sizes[rows]
        scores[rows] = np.add.reduceat(pairs, firsts) / sizes[rows]
    return scores


def _like_item(
    index: Index, clusters: Clusters, rules: Rules, anchor: Ints, rng: np.random.Generator
) -> Ints:
    """Hard candidates share the artist (if known) or the cluster of `anchor`, by halves."""
    found = pick_by_cluster(clusters, len(anchor), rng)
    hard = rng.random(len(anchor)) < rules.hard_ratio
    by_artist = hard & (index.artists[anchor] >= 0) & (rng.random(len(anchor)) < 0.5)
    by_cluster = hard & ~by_artist
    found[by_artist] = pick(index.by_artist, index.artists[anchor[by_artist]], rng)
    found[by_cluster] = pick(clusters.items, clusters.of_item[anchor[by_cluster]], rng)
    return found


def _like_user(
    index: Index, clusters: Clusters, rules: Rules, users: Ints, rng: np.random.Generator
) -> Ints:
    """Hard candidates share artist or cluster with a uniform choice of the user, by halves."""
    start = index.indptr[users]
    choice = index.items[start + below(index.indptr[users + 1] - start, rng)]
    return _like_item(index, clusters, rules, choice, rng)
