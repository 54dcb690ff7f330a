"""Proposals of mode `icdm`; see `artrec.sampling.hybrid`, whose rules these are."""

from __future__ import annotations

import torch
from torch import Tensor

from artrec.sampling.config import Rules, Strategy
from artrec.sampling.on_device.guidelines import (
    Propose,
    one_item_proposals,
    pick_hole,
    pick_window,
)
from artrec.sampling.on_device.lookup import below, chances, pick
from artrec.sampling.on_device.negatives import differ, pick_by_cluster
from artrec.sampling.on_device.tables import Clusters, Tables, cosines, owns
from artrec.sampling.on_device.triplets import Proposals, no_hole


def hybrid_proposals(
    strategy: Strategy, tables: Tables, clusters: Clusters, unit: Tensor, rules: Rules
) -> Propose:
    """How to propose triplets of strategy 4, 5, 7 or 8."""
    margin = rules.visual_margin or 0.0
    boost = rules.artist_boost

    def profile_items(users: Tensor, dice: torch.Generator) -> Proposals:
        window = pick_window(tables, rules, users, dice)
        event, start, stop = window
        positive = tables.pool[event]
        negative = _like_item(tables, clusters, rules, positive, dice)
        accepted = ~owns(tables, users, negative) & differ(tables, rules, positive, negative)
        rows = torch.nonzero(accepted)[:, 0]
        first, last = start[rows], stop[rows]
        gap = _profile_scores(tables, unit, boost, (first, last), positive[rows])
        gap -= _profile_scores(tables, unit, boost, (first, last), negative[rows])
        accepted[rows] = gap > 0
        hole = pick_hole(tables, rules, window, dice)
        return Proposals(start, stop, hole, positive, negative, accepted)

    def hybrid_profile(users: Tensor, dice: torch.Generator) -> Proposals:
        start, stop = tables.indptr[users], tables.indptr[users + 1]
        needed = margin / (stop - start).double()
        left = _like_user(tables, clusters, rules, users, dice)
        right = _like_user(tables, clusters, rules, users, dice)
        accepted = ~owns(tables, users, left) & ~owns(tables, users, right)
        accepted &= differ(tables, rules, left, right)
        if rules.profile_cap is not None:
            start = torch.maximum(start, stop - rules.profile_cap)
        rows = torch.nonzero(accepted)[:, 0]
        first, last = start[rows], stop[rows]
        gap = torch.zeros(len(users), dtype=torch.float64, device=users.device)
        gap[rows] = _profile_scores(tables, unit, boost, (first, last), left[rows])
        gap[rows] -= _profile_scores(tables, unit, boost, (first, last), right[rows])
        accepted &= gap.abs() >= needed
        positive, negative = _by_gap(gap, left, right)
        return Proposals(start, stop, no_hole(users), positive, negative, accepted)

    def one_item(items: Tensor, dice: torch.Generator) -> Proposals:
        negative = _like_item(tables, clusters, rules, items, dice)
        accepted = differ(tables, rules, items, negative)
        return one_item_proposals(tables, items, items, negative, accepted)

    def hybrid_one_item(items: Tensor, dice: torch.Generator) -> Proposals:
        left = _like_item(tables, clusters, rules, items, dice)
        right = _like_item(tables, clusters, rules, items, dice)
        accepted = (left != items) & (right != items) & differ(tables, rules, left, right)
        gap = _pair_scores(tables, unit, boost, items, left)
        gap -= _pair_scores(tables, unit, boost, items, right)
        accepted &= gap.abs() >= margin
        positive, negative = _by_gap(gap, left, right)
        return one_item_proposals(tables, items, positive, negative, accepted)

    return {
        Strategy.PROFILE_ITEMS: profile_items,
        Strategy.ONE_ITEM: one_item,
        Strategy.HYBRID_PROFILE: hybrid_profile,
        Strategy.HYBRID_ONE_ITEM: hybrid_one_item,
    }[strategy]


def _by_gap(gap: Tensor, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Positive and negative: the one that scores higher and the other."""
    swap = gap < 0
    return torch.where(swap, right, left), torch.where(swap, left, right)


def _pair_scores(tables: Tables, unit: Tensor, boost: float, left: Tensor, right: Tensor) -> Tensor:
    """(B,) cosine of each pair, plus `boost` where both are by one known artist."""
    artist = tables.artists[left]
    shared = (artist >= 0) & (artist == tables.artists[right])
    return cosines(unit, left, right).double() + boost * shared


def _profile_scores(
    tables: Tables, unit: Tensor, boost: float, profile: tuple[Tensor, Tensor], items: Tensor
) -> Tensor:
    """(B,) mean over the profile start:stop of the pair scores with each item.

    One place of all profiles after the other, which adds in the same order every time; sums by
    scattering do not on a GPU. Profiles are short here, 10 items unless told otherwise.
    """
    start, stop = profile
    sizes = stop - start
    scores = torch.zeros(len(items), dtype=torch.float64, device=items.device)
    for place in range(int(sizes.max()) if len(sizes) else 0):
        rows = torch.nonzero(sizes > place)[:, 0]
        beside = tables.pool[start[rows] + place]
        scores[rows] += _pair_scores(tables, unit, boost, beside, items[rows])
    return scores / sizes


def _like_item(
    tables: Tables, clusters: Clusters, rules: Rules, anchor: Tensor, dice: torch.Generator
) -> Tensor:
    """Hard candidates share the artist (if known) or the cluster of `anchor`, by halves."""
    n = len(anchor)
    hard = chances(n, dice) < rules.hard_ratio
    near = pick(clusters.items, clusters.of_item[anchor], dice)
    if tables.n_artists:
        artist = tables.artists[anchor]
        by_artist = (artist >= 0) & (chances(n, dice) < 0.5)
        near = torch.where(by_artist, pick(tables.by_artist, artist.clamp(min=0), dice), near)
    return torch.where(hard, near, pick_by_cluster(clusters, n, dice))


def _like_user(
    tables: Tables, clusters: Clusters, rules: Rules, users: Tensor, dice: torch.Generator
) -> Tensor:
    """Hard candidates share artist or cluster with a uniform choice of the user, by halves."""
    start = tables.indptr[users]
    choice = tables.pool[start + below(tables.indptr[users + 1] - start, dice)]
    return _like_item(tables, clusters, rules, choice, dice)
