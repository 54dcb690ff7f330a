"""Where negatives come from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from artrec.sampling.config import Rules
from artrec.sampling.index import Clusters, Index, likes_artist, look_alike
from artrec.sampling.lookup import below, pick, pick_free
from artrec.sampling.world import Bools, Ints


def pick_by_cluster(clusters: Clusters, n: int, rng: np.random.Generator) -> Ints:
    """A uniform cluster, then a uniform item of it: rare looks come as often as common ones."""
    n_clusters = len(clusters.items.sizes)
    return pick(clusters.items, rng.integers(n_clusters, size=n), rng)


def pick_disliked(
    index: Index, clusters: Clusters, rules: Rules, users: Ints, rng: np.random.Generator
) -> tuple[Ints, Bools]:
    """Items of a cluster no item of the user is in, and whether the artist is new to them too.

    Such an item is outside the user's history by construction.
    """
    if rules.cluster_first:
        negative = pick(clusters.items, pick_free(clusters.other, users, rng), rng)
    else:
        negative = clusters.items.members[pick_free(clusters.other_items, users, rng)]
    return negative, ~likes_artist(index, users, negative)


def pick_other(
    index: Index,
    rules: Rules,
    anchor: Ints,
    allowed: Callable[[], Ints],
    rng: np.random.Generator,
) -> Ints:
    """Negatives of strategies 4-6: `hard_ratio` of them from the visual cluster of `anchor`.

    `allowed` draws one allowed item per row, all equally likely. What the clusters give may break
    the strategy's condition; the caller checks.
    """
    if rules.cluster_first and index.clusters is not None:
        negative = pick_by_cluster(index.clusters, len(anchor), rng)
    else:
        negative = allowed()
    if rules.hard_ratio > 0 and index.clusters is not None:
        hard = np.flatnonzero(rng.random(len(anchor)) < rules.hard_ratio)
        near = index.clusters.of_item[anchor[hard]]
        negative[hard] = pick(index.clusters.items, near, rng)
    return negative


def pick_not(index: Index, item: Ints, rng: np.random.Generator) -> Ints:
    """Any item but the given one."""
    other = below(np.full(len(item), index.n_items - 1), rng)
    return other + (other >= item)


def pick_of_other_artist(index: Index, item: Ints, rng: np.random.Generator) -> Ints:
    """Any item that is not of the (known) artist of `item`; unknown artists count as others."""
    artist = index.artists[item]
    first, size = index.by_artist.ptr[artist], index.by_artist.sizes[artist]
    place = below(index.n_items - size, rng)
    return index.artist_line[place + np.where(place >= first, size, 0)]


def differ(index: Index, rules: Rules, positive: Ints, negative: Ints) -> Bools:
    """Whether positive and negative are two items that do not look the same."""
    different: Bools = positive != negative
    if rules.near_duplicates:
        different &= ~look_alike(index, positive, negative)
    return different
