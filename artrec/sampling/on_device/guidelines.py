"""Proposals of strategies 1-6; what each means is said where NumPy makes them.

See `artrec.sampling.user_strategies` and `artrec.sampling.item_strategies`, whose tables and rules
these are.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from artrec.sampling.config import Rules, Strategy
from artrec.sampling.on_device.lookup import (
    below,
    chances,
    groups_on,
    pick,
    pick_free,
    pick_weighted,
    tensor_on,
)
from artrec.sampling.on_device.negatives import (
    differ,
    pick_disliked,
    pick_not,
    pick_of_other_artist,
    pick_other,
)
from artrec.sampling.on_device.tables import Clusters, Tables, cosines, owns
from artrec.sampling.on_device.triplets import Proposals, no_hole
from artrec.sampling.plans import Plan

Propose = Callable[[Tensor, torch.Generator], Proposals]
"""(B,) sources and a generator on the device -> a proposal for each."""


def proposals_of(plan: Plan, tables: Tables, rules: Rules) -> Propose:
    """How to propose triplets of one of the six strategies on the device of the tables."""
    if plan.strategy == Strategy.PROFILE_ITEMS:
        return _profile_items(tables, rules)
    if plan.strategy == Strategy.ONE_ITEM:
        return _one_item(tables, rules)
    if plan.strategy == Strategy.ONE_ITEM_SAME_ARTIST:
        return _one_item_same_artist(tables, rules)
    if tables.clusters is None:
        return _profile_items(tables, rules)  # never asked: without clusters nobody is a source
    if plan.strategy == Strategy.FAVOURITE_ARTISTS:
        return _favourite_artists(plan, tables, tables.clusters, rules)
    return _baskets(plan, tables, tables.clusters, rules)


def pick_window(
    tables: Tables, rules: Rules, users: Tensor, dice: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """A uniform event of each user and the slice of the history that is its profile."""
    start, stop = tables.indptr[users], tables.indptr[users + 1]
    event = start + below(stop - start, dice)
    if rules.profile_cap is not None:
        start, stop = torch.maximum(start, event + 1 - rules.profile_cap), event + 1
    return event, start, stop


def pick_hole(
    tables: Tables,
    rules: Rules,
    window: tuple[Tensor, Tensor, Tensor],
    dice: torch.Generator,
) -> Tensor:
    """Leave the positive out with probability `hide_positive`, where that really removes it."""
    event, start, stop = window
    if rules.hide_positive == 0:
        return no_hole(event)
    only = (tables.previous[event] < start) & (tables.following[event] >= stop)
    hidden = only & (stop - start >= 2) & (chances(len(event), dice) < rules.hide_positive)
    return torch.where(hidden, event, -1)


def one_item_proposals(
    tables: Tables, items: Tensor, positive: Tensor, negative: Tensor, accepted: Tensor
) -> Proposals:
    """Proposals whose profile is the one item of the source."""
    start = tables.n_events + items
    return Proposals(start, start + 1, no_hole(items), positive, negative, accepted)


def _baskets(plan: Plan, tables: Tables, clusters: Clusters, rules: Rules) -> Propose:
    """Strategies 1 and 2."""
    missing = plan.strategy == Strategy.MISSING_IN_BASKET
    baskets, events = (groups_on(groups, tables.pool.device) for groups in plan.groups)

    def propose(users: Tensor, dice: torch.Generator) -> Proposals:
        event = pick(events, pick(baskets, users, dice), dice)
        basket = tables.event_basket[event]
        negative, accepted = pick_disliked(tables, clusters, rules, users, dice)
        first = tables.basket_ptr[basket]
        return Proposals(
            start=first if missing and not rules.earlier_baskets else tables.indptr[users],
            stop=tables.basket_ptr[basket + 1] if missing else first,
            hole=event if missing else no_hole(users),
            positive=tables.pool[event],
            negative=negative,
            accepted=accepted,
        )

    return propose


def _favourite_artists(plan: Plan, tables: Tables, clusters: Clusters, rules: Rules) -> Propose:
    """Strategy 3."""
    device = tables.pool.device
    candidates = groups_on(plan.groups[0], device)
    cumulated = None if plan.cumulated is None else tensor_on(plan.cumulated, device)

    def propose(users: Tensor, dice: torch.Generator) -> Proposals:
        if cumulated is not None:
            positive = pick_weighted(candidates, cumulated, users, dice)
        else:
            positive = pick(candidates, users, dice)
        negative, accepted = pick_disliked(tables, clusters, rules, users, dice)
        start, stop = tables.indptr[users], tables.indptr[users + 1]
        return Proposals(start, stop, no_hole(users), positive, negative, accepted)

    return propose


def _profile_items(tables: Tables, rules: Rules) -> Propose:
    """Strategy 4."""
    exact = rules.hard_ratio == 0 and not rules.cluster_first

    def propose(users: Tensor, dice: torch.Generator) -> Proposals:
        window = pick_window(tables, rules, users, dice)
        event, start, stop = window
        positive = tables.pool[event]
        negative = pick_other(
            tables, rules, positive, lambda: pick_free(tables.not_owned, users, dice), dice
        )
        accepted = differ(tables, rules, positive, negative)
        if not exact:
            accepted &= ~owns(tables, users, negative)
        hole = pick_hole(tables, rules, window, dice)
        return Proposals(start, stop, hole, positive, negative, accepted)

    return propose


def _one_item(tables: Tables, rules: Rules) -> Propose:
    """Strategy 5."""

    def propose(items: Tensor, dice: torch.Generator) -> Proposals:
        negative = pick_other(tables, rules, items, lambda: pick_not(tables, items, dice), dice)
        accepted = differ(tables, rules, items, negative)
        return one_item_proposals(tables, items, items, negative, accepted)

    return propose


def _one_item_same_artist(tables: Tables, rules: Rules) -> Propose:
    """Strategy 6."""
    by_artist, margin = tables.by_artist, rules.visual_margin

    def propose(items: Tensor, dice: torch.Generator) -> Proposals:
        artist = tables.artists[items]
        first = by_artist.ptr[artist]
        place = below(by_artist.ptr[artist + 1] - first - 1, dice)
        place += place >= tables.rank_in_artist[items]
        positive = by_artist.members[first + place]
        negative = pick_other(
            tables, rules, items, lambda: pick_of_other_artist(tables, items, dice), dice
        )
        accepted = tables.artists[negative] != artist
        accepted &= differ(tables, rules, positive, negative)
        if margin is not None and tables.clusters is not None and tables.unit is not None:
            of_item = tables.clusters.of_item
            accepted &= _looks_agree(of_item, tables.unit, (items, positive, negative), margin)
        return one_item_proposals(tables, items, positive, negative, accepted)

    return propose


def _looks_agree(
    of_item: Tensor, unit: Tensor, triple: tuple[Tensor, Tensor, Tensor], margin: float
) -> Tensor:
    """See `artrec.sampling.item_strategies.looks_agree`."""
    q, p, n = triple
    agree = of_item[q] == of_item[p]
    open_ = torch.nonzero(agree == (of_item[q] == of_item[n]))[:, 0]
    gap = cosines(unit, q[open_], p[open_]) - cosines(unit, q[open_], n[open_])
    agree[open_] = gap > margin
    return agree
