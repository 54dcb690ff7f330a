"""Strategies 5 and 6 of the guidelines: artificial profiles of one item, no user."""

from __future__ import annotations

import numpy as np

from artrec.sampling.config import Rules, Strategy
from artrec.sampling.index import Clusters, Index, cosines
from artrec.sampling.lookup import below
from artrec.sampling.negatives import differ, pick_not, pick_of_other_artist, pick_other
from artrec.sampling.plans import Plan, Proposals, no_hole
from artrec.sampling.world import Bools, Floats, Ints


def one_item(index: Index, rules: Rules) -> Plan:
    """5: given one item, that item is preferred to any other."""

    def propose(items: Ints, rng: np.random.Generator) -> Proposals:
        negative = pick_other(index, rules, items, lambda: pick_not(index, items, rng), rng)
        return one_item_proposals(
            index, items, items.copy(), negative, differ(index, rules, items, negative)
        )

    return Plan(
        strategy=Strategy.ONE_ITEM,
        of_users=False,
        sources=np.arange(index.n_items if index.n_items >= 2 else 0),
        n_sources=index.n_items,
        need="another item beside it",
        propose=propose,
    )


def one_item_same_artist(index: Index, rules: Rules) -> Plan:
    """6: given one item, another by its artist is preferred to one by another artist.

    With a visual margin the features must agree, as the TensorFlow code asks (`looks_agree`).
    """

    def propose(items: Ints, rng: np.random.Generator) -> Proposals:
        artist = index.artists[items]
        place = below(index.by_artist.sizes[artist] - 1, rng)
        place += place >= index.rank_in_artist[items]
        positive = index.by_artist.members[index.by_artist.ptr[artist] + place]
        negative = pick_other(
            index, rules, items, lambda: pick_of_other_artist(index, items, rng), rng
        )
        accepted = (index.artists[negative] != artist) & differ(index, rules, positive, negative)
        if rules.visual_margin is not None and index.clusters and index.unit is not None:
            rows = np.flatnonzero(accepted)
            accepted[rows] = looks_agree(
                index.clusters,
                index.unit,
                (items[rows], positive[rows], negative[rows]),
                rules.visual_margin,
            )
        return one_item_proposals(index, items, positive, negative, accepted)

    sizes = np.append(index.by_artist.sizes, 0)[index.artists]  # -1 finds the 0 at the end
    return Plan(
        strategy=Strategy.ONE_ITEM_SAME_ARTIST,
        of_users=False,
        sources=np.flatnonzero((sizes >= 2) & (sizes < index.n_items)),
        n_sources=index.n_items,
        need="a known artist with another work, and a work by someone else",
        propose=propose,
    )


def looks_agree(
    clusters: Clusters, unit: Floats, triple: tuple[Ints, Ints, Ints], margin: float
) -> Bools:
    """`validate_triple` of the TensorFlow code for (profile item q, positive p, negative n).

    Yes when q shares its cluster with p only, no when with n only, else by cos(q, p) > cos(q, n)
    + margin.
    """
    q, p, n = triple
    with_p = clusters.of_item[q] == clusters.of_item[p]
    with_n = clusters.of_item[q] == clusters.of_item[n]
    agree: Bools = with_p.copy()
    open_ = np.flatnonzero(with_p == with_n)  # both or neither: the cosines decide
    gap = cosines(unit, q[open_], p[open_]) - cosines(unit, q[open_], n[open_])
    agree[open_] = gap > margin
    return agree


def one_item_proposals(
    index: Index, items: Ints, positive: Ints, negative: Ints, accepted: Bools
) -> Proposals:
    """Proposals whose profile is the one item of the source."""
    start = len(index.items) + items
    return Proposals(start, start + 1, no_hole(len(items)), positive, negative, accepted)
