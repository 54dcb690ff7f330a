"""Strategies 1-4 of the guidelines: real users, their baskets, artists and profiles.

Numbers are the paper's. "Disliked" is an item of a visual cluster and of an artist that none of
the user's items has. A user's clusters and artists are those of the whole training history, also
where the profile is an earlier part of it.
"""

from __future__ import annotations

import numpy as np

from artrec.sampling.config import Rules, Strategy
from artrec.sampling.index import Clusters, Index, likes_cluster, owns
from artrec.sampling.lookup import (
    Groups,
    below,
    contains,
    expand,
    group_by,
    pick,
    pick_free,
    pick_weighted,
)
from artrec.sampling.negatives import differ, pick_disliked, pick_other
from artrec.sampling.plans import Plan, Proposals, no_hole
from artrec.sampling.world import Bools, Ints

EXPANSION_BLOCK = 1 << 22
"""Works looked at together while the candidates of strategy 3 are listed."""


def missing_in_basket(index: Index, clusters: Clusters, rules: Rules) -> Plan:
    """1: hide one work of a basket; given the rest, it is preferred to a disliked one.

    The profile is the rest of the basket; in `reference` all earlier baskets as well.
    """
    basket = index.event_basket
    first, last = index.basket_ptr[basket], index.basket_ptr[basket + 1]
    # A work that stays in the profile by a second purchase would not be missing.
    new = index.previous < (0 if rules.earlier_baskets else first)
    baskets, events = _by_user_and_basket(
        index, (last - first >= 2) & new & (index.following >= last)
    )

    def propose(users: Ints, rng: np.random.Generator) -> Proposals:
        event = pick(events, pick(baskets, users, rng), rng)
        negative, accepted = pick_disliked(index, clusters, rules, users, rng)
        start = index.indptr[users] if rules.earlier_baskets else first[event]
        return Proposals(start, last[event], event, index.items[event], negative, accepted)

    return Plan(
        strategy=Strategy.MISSING_IN_BASKET,
        of_users=True,
        sources=np.flatnonzero((baskets.sizes > 0) & (clusters.other.free > 0)),
        n_sources=index.n_users,
        need="a basket of two works or more, and a visual cluster not yet chosen from",
        propose=propose,
        groups=(baskets, events),
    )


def next_basket(index: Index, clusters: Clusters, rules: Rules) -> Plan:
    """2: given all baskets so far, a work of the next one is preferred to a disliked one.

    A work bought before, already in the profile, is no such positive.
    """
    first = index.basket_ptr[index.event_basket]
    begins = index.indptr[index.event_user]
    bought_before = (index.previous >= 0) & (index.previous < first)
    baskets, events = _by_user_and_basket(index, (first > begins) & ~bought_before)

    def propose(users: Ints, rng: np.random.Generator) -> Proposals:
        event = pick(events, pick(baskets, users, rng), rng)
        negative, accepted = pick_disliked(index, clusters, rules, users, rng)
        return Proposals(
            start=index.indptr[users],
            stop=first[event],
            hole=no_hole(len(users)),
            positive=index.items[event],
            negative=negative,
            accepted=accepted,
        )

    return Plan(
        strategy=Strategy.NEXT_BASKET,
        of_users=True,
        sources=np.flatnonzero((baskets.sizes > 0) & (clusters.other.free > 0)),
        n_sources=index.n_users,
        need="a second basket with a new work, and a visual cluster not yet chosen from",
        propose=propose,
        groups=(baskets, events),
    )


def favourite_artists(index: Index, clusters: Clusters, rules: Rules) -> Plan:
    """3: a work not chosen, by an artist and of a cluster of the user's, against a disliked one.

    All such works are listed beforehand, so none is rejected. They are equally likely; in
    `reference` as likely as when one of the user's artists is drawn first, then any of their
    works, and all is drawn anew until the work fits: in proportion to 1 / works of the artist.
    """
    candidates = _similar_works(index, clusters)
    weights = np.ones(len(candidates.members))
    if rules.cluster_first:
        weights /= index.by_artist.sizes[index.artists[candidates.members]]
    cumulated = np.concatenate(([0.0], np.cumsum(weights)))

    def propose(users: Ints, rng: np.random.Generator) -> Proposals:
        if rules.cluster_first:
            positive = pick_weighted(candidates, cumulated, users, rng)
        else:
            positive = pick(candidates, users, rng)
        negative, accepted = pick_disliked(index, clusters, rules, users, rng)
        return Proposals(
            start=index.indptr[users],
            stop=index.indptr[users + 1],
            hole=no_hole(len(users)),
            positive=positive,
            negative=negative,
            accepted=accepted,
        )

    return Plan(
        strategy=Strategy.FAVOURITE_ARTISTS,
        of_users=True,
        sources=np.flatnonzero((candidates.sizes > 0) & (clusters.other.free > 0)),
        n_sources=index.n_users,
        need="an unchosen work by an artist and of a visual cluster chosen before",
        propose=propose,
        groups=(candidates,),
        cumulated=cumulated if rules.cluster_first else None,
    )


def profile_items(index: Index, rules: Rules) -> Plan:
    """4: an item of the profile is preferred to one never chosen (BPR).

    The profile is the whole history, positive included; under a cap the last items up to and
    with the positive.
    """
    exact = rules.hard_ratio == 0 and not rules.cluster_first

    def propose(users: Ints, rng: np.random.Generator) -> Proposals:
        event, start, stop = pick_window(index, rules, users, rng)
        positive = index.items[event]
        negative = pick_other(
            index, rules, positive, lambda: pick_free(index.not_owned, users, rng), rng
        )
        accepted = differ(index, rules, positive, negative)
        if not exact:
            accepted &= ~owns(index, users, negative)
        hole = pick_hole(index, rules, event, start, stop, rng)
        return Proposals(start, stop, hole, positive, negative, accepted)

    return Plan(
        strategy=Strategy.PROFILE_ITEMS,
        of_users=True,
        sources=np.flatnonzero((np.diff(index.indptr) > 0) & (index.not_owned.free > 0)),
        n_sources=index.n_users,
        need="an item chosen and an item not chosen",
        propose=propose,
    )


def pick_window(
    index: Index, rules: Rules, users: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """A uniform event of each user and the slice of the history that is its profile."""
    start, stop = index.indptr[users], index.indptr[users + 1]
    event = start + below(stop - start, rng)
    if rules.profile_cap is not None:
        start, stop = np.maximum(start, event + 1 - rules.profile_cap), event + 1
    return event, start, stop


def pick_hole(
    index: Index, rules: Rules, event: Ints, start: Ints, stop: Ints, rng: np.random.Generator
) -> Ints:
    """Leave the positive out with probability `hide_positive`, where that really removes it."""
    if rules.hide_positive == 0:
        return no_hole(len(event))
    only = (index.previous[event] < start) & (index.following[event] >= stop)
    hidden = only & (stop - start >= 2) & (rng.random(len(event)) < rules.hide_positive)
    return np.where(hidden, event, -1)


def _by_user_and_basket(index: Index, eligible: Bools) -> tuple[Groups, Groups]:
    """Baskets with an eligible event by user, and their eligible events by basket.

    Baskets are numbered 0 ... among those with an eligible event.
    """
    event = np.flatnonzero(eligible)
    baskets, number = np.unique(index.event_basket[event], return_inverse=True)
    grouped = group_by(number, len(baskets))
    owner = index.event_user[index.basket_ptr[baskets]]
    return group_by(owner, index.n_users), Groups(grouped.ptr, event[grouped.members])


def _similar_works(index: Index, clusters: Clusters) -> Groups:
    """By user: works not chosen whose artist and whose cluster (of any two items) were."""
    users = index.liked_artist_keys // max(index.n_artists, 1)
    artists = index.liked_artist_keys % max(index.n_artists, 1)
    ends = np.cumsum(index.by_artist.sizes[artists])
    cuts = np.searchsorted(ends, np.arange(EXPANSION_BLOCK, ends[-1:].sum(), EXPANSION_BLOCK))
    owners, works = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for rows in np.split(np.arange(len(users)), cuts):
        first = index.by_artist.ptr[artists[rows]]
        size = index.by_artist.sizes[artists[rows]]
        work = index.by_artist.members[expand(first, first + size)]
        owner = np.repeat(users[rows], size)
        keep = likes_cluster(clusters, owner, work)
        keep[keep] = ~contains(index.owned_keys, owner[keep] * index.n_items + work[keep])
        owners.append(owner[keep])
        works.append(work[keep])
    owner = np.concatenate(owners)
    ptr = np.searchsorted(owner, np.arange(index.n_users + 1))
    return Groups(ptr, np.concatenate(works))
