"""Everything the strategies look up, worked out once from a world and its histories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artrec.errors import ShapeError
from artrec.sampling.lookup import (
    Gaps,
    Groups,
    contains,
    gaps_between,
    group_by,
)
from artrec.sampling.world import (
    Bools,
    Floats,
    Histories,
    Int32s,
    Ints,
    World,
    basket_starts,
)

QUICK_DIMS = 8
"""Leading principal components that tell nearly all different pictures apart."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """The visual clusters, and which of them each user has something of."""

    of_item: Ints
    """(N,) cluster, renumbered so that none is empty."""
    items: Groups
    own_keys: Ints
    """user * C + cluster, ascending, of each cluster of a user's items."""
    other: Gaps
    """By user: clusters without any item of the user."""
    other_items: Gaps
    """By user: places in `items.members` in those clusters."""


@dataclass(frozen=True, eq=False)
class Index:
    """Look-up tables; U users, N items, E events, A artists, C clusters, B baskets."""

    n_users: int
    n_items: int
    pool: Int32s
    """(E + N,) the pool of `Triplets`."""
    items: Ints
    """(E,) item of each event."""
    event_user: Ints
    indptr: Ints
    event_basket: Ints
    """(E,) basket of each event, numbered over all users."""
    basket_ptr: Ints
    """(B + 1,) first event of each basket."""
    previous: Ints
    """(E,) the user's latest earlier event with the same item, or -1."""
    following: Ints
    """(E,) the user's next event with the same item, or E."""
    owned_keys: Ints
    """user * N + item, ascending, of all that was chosen."""
    not_owned: Gaps
    """By user: items never chosen."""
    artists: Ints
    """(N,) artist or -1."""
    by_artist: Groups
    artist_line: Ints
    """(N,) all items, those of one artist together, those of unknown artists last."""
    rank_in_artist: Ints
    """(N,) place of the item among the works of its artist."""
    liked_artist_keys: Ints
    """user * A + artist, ascending, of each known artist of a user's items."""
    clusters: Clusters | None
    unit: Floats | None
    """(N, d) visual vectors of length 1."""
    quick: Floats | None
    """(N, <= 8) the first columns of `unit`, so that a comparison touches one cache line."""

    @property
    def n_artists(self) -> int:
        """A."""
        return len(self.by_artist.ptr) - 1


def build_index(world: World, histories: Histories) -> Index:
    """All tables. Raises ShapeError when a history names an item the world does not have."""
    n_items, n_users = world.n_items, histories.n_users
    items = histories.items.astype(np.int64)
    if len(items) and items.max() >= n_items:
        raise ShapeError(f"A history names item {items.max()}; the world ends at {n_items - 1}.")
    indptr = histories.indptr.astype(np.int64)
    user = np.repeat(np.arange(n_users), np.diff(indptr))
    basket_ptr = basket_starts(histories)
    previous, following = _repeats(user * n_items + items)
    owned = np.unique(user * n_items + items)
    artists, by_artist = _artists(world)
    n_artists = len(by_artist.ptr) - 1
    rank = np.zeros(n_items, dtype=np.int64)
    rank[by_artist.members] = np.arange(len(by_artist.members)) - np.repeat(
        by_artist.ptr[:-1], by_artist.sizes
    )
    known = artists[items] >= 0
    unit = None if world.vectors is None else _unit_rows(world.vectors)
    return Index(
        n_users=n_users,
        n_items=n_items,
        pool=np.concatenate((items, np.arange(n_items))).astype(np.int32),
        items=items,
        event_user=user,
        indptr=indptr,
        event_basket=np.repeat(np.arange(len(basket_ptr) - 1), np.diff(basket_ptr)),
        basket_ptr=basket_ptr,
        previous=previous,
        following=following,
        owned_keys=owned,
        not_owned=gaps_between(
            owned // n_items, owned % n_items, np.ones_like(owned), n_users, n_items
        ),
        artists=artists,
        by_artist=by_artist,
        artist_line=np.concatenate((by_artist.members, np.flatnonzero(artists < 0))),
        rank_in_artist=rank,
        liked_artist_keys=np.unique(user[known] * n_artists + artists[items[known]]),
        clusters=_clusters(world.clusters, user, items, n_users),
        unit=unit,
        quick=None if unit is None else np.ascontiguousarray(unit[:, :QUICK_DIMS]),
    )


def owns(index: Index, users: Ints, items: Ints) -> Bools:
    """Whether each user ever chose the item."""
    return contains(index.owned_keys, users * index.n_items + items)


def likes_artist(index: Index, users: Ints, items: Ints) -> Bools:
    """Whether each user chose a work of the item's artist; never true of an unknown artist."""
    artist = index.artists[items]
    keys = users * index.n_artists + artist
    return (artist >= 0) & contains(index.liked_artist_keys, keys)


def likes_cluster(clusters: Clusters, users: Ints, items: Ints) -> Bools:
    """Whether each user chose something of the item's visual cluster."""
    keys = users * len(clusters.items.sizes) + clusters.of_item[items]
    return contains(clusters.own_keys, keys)


def cosines(unit: Floats, left: Ints, right: Ints, block: int = 8192) -> Floats:
    """Cosine of each pair of items, in blocks so that the gathered rows stay in the cache."""
    out = np.empty(len(left), dtype=np.float32)
    for at in range(0, len(left), block):
        rows = slice(at, at + block)
        out[rows] = np.einsum("ij,ij->i", unit[left[rows]], unit[right[rows]])
    return out


def look_alike(index: Index, left: Ints, right: Ints) -> Bools:
    """The reference's "visual collision": same cluster and cosine within 1e-7 of 1.

    Worked out from the difference of the unit vectors, |a - b|^2 = 2 (1 - cos): a float32 inner
    product has no room for 1e-7 beside 1. Never true where clusters or vectors are missing.
    """
    alike = np.zeros(len(left), dtype=bool)
    if index.clusters is None or index.unit is None or index.quick is None:
        return alike
    near = np.flatnonzero(index.clusters.of_item[left] == index.clusters.of_item[right])
    for table in (index.quick, index.unit):
        gap = table[left[near]] - table[right[near]]
        near = near[np.einsum("ij,ij->i", gap, gap) < 2e-7]
    alike[near] = True
    return alike


def _repeats(keys: Ints) -> tuple[Ints, Ints]:
    """For each event the event before and after it with the same key; -1 and E where none."""
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    previous = np.full(len(keys), -1, dtype=np.int64)
    following = np.full(len(keys), len(keys), dtype=np.int64)
    previous[order[1:][same]] = order[:-1][same]
    following[order[:-1][same]] = order[1:][same]
    return previous, following


def _artists(world: World) -> tuple[Ints, Groups]:
    """Artists renumbered without gaps, and the works of each."""
    if world.artists is None:
        return np.full(world.n_items, -1, dtype=np.int64), group_by(np.empty(0, np.int64), 0)
    known = world.artists >= 0
    labels = np.full(world.n_items, -1, dtype=np.int64)
    names, labels[known] = np.unique(world.artists[known], return_inverse=True)
    return labels, group_by(labels, len(names))


def _clusters(labels: Int32s | None, user: Ints, items: Ints, n_users: int) -> Clusters | None:
    if labels is None:
        return None
    names, of_item = np.unique(labels, return_inverse=True)
    n_clusters = len(names)
    grouped = group_by(of_item, n_clusters)
    keys = np.unique(user * n_clusters + of_item[items])
    rows, own = keys // max(n_clusters, 1), keys % max(n_clusters, 1)
    return Clusters(
        of_item=of_item,
        items=grouped,
        own_keys=keys,
        other=gaps_between(rows, own, np.ones_like(own), n_users, n_clusters),
        other_items=gaps_between(rows, grouped.ptr[own], grouped.sizes[own], n_users, len(of_item)),
    )


def _unit_rows(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
    return unit
