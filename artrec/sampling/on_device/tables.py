"""What the strategies look up, copied to a device from the index of a `TripletSampler`."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from artrec.sampling import index as host
from artrec.sampling.on_device.lookup import (
    Gaps,
    Groups,
    contains,
    gaps_on,
    groups_on,
    tensor_on,
)

CPU_BLOCK = 4096
"""Pairs of pictures compared together: on a CPU as many as stay in the cache."""
LARGE_BLOCK = 1 << 18
"""On other devices, only so that the gathered rows do not fill the memory."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """See `artrec.sampling.index.Clusters`."""

    of_item: Tensor
    items: Groups
    other: Gaps
    other_items: Gaps


@dataclass(frozen=True, eq=False)
class Tables:
    """See `artrec.sampling.index.Index`, whose fields these are; the pool is int64 here."""

    n_items: int
    n_events: int
    n_artists: int
    pool: Tensor
    indptr: Tensor
    event_basket: Tensor
    basket_ptr: Tensor
    previous: Tensor
    following: Tensor
    owned_keys: Tensor
    not_owned: Gaps
    artists: Tensor
    by_artist: Groups
    artist_line: Tensor
    rank_in_artist: Tensor
    liked_artist_keys: Tensor
    clusters: Clusters | None
    unit: Tensor | None
    quick: Tensor | None


def tables_on(index: host.Index, device: torch.device) -> Tables:
    """Copies of the tables on a device."""
    unit = None if index.unit is None else tensor_on(index.unit, device)
    return Tables(
        n_items=index.n_items,
        n_events=len(index.items),
        n_artists=index.n_artists,
        pool=tensor_on(index.pool, device).long(),
        indptr=tensor_on(index.indptr, device),
        event_basket=tensor_on(index.event_basket, device),
        basket_ptr=tensor_on(index.basket_ptr, device),
        previous=tensor_on(index.previous, device),
        following=tensor_on(index.following, device),
        owned_keys=tensor_on(index.owned_keys, device),
        not_owned=gaps_on(index.not_owned, device),
        artists=tensor_on(index.artists, device),
        by_artist=groups_on(index.by_artist, device),
        artist_line=tensor_on(index.artist_line, device),
        rank_in_artist=tensor_on(index.rank_in_artist, device),
        liked_artist_keys=tensor_on(index.liked_artist_keys, device),
        clusters=None if index.clusters is None else _clusters_on(index.clusters, device),
        unit=unit,
        quick=None if unit is None else unit[:, : host.QUICK_DIMS].contiguous(),
    )


def owns(tables: Tables, users: Tensor, items: Tensor) -> Tensor:
    """Whether each user ever chose the item."""
    return contains(tables.owned_keys, users * tables.n_items + items)


def likes_artist(tables: Tables, users: Tensor, items: Tensor) -> Tensor:
    """Whether each user chose a work of the item's artist; never true of an unknown artist."""
    artist = tables.artists[items]
    keys = users * tables.n_artists + artist
    return (artist >= 0) & contains(tables.liked_artist_keys, keys)


def cosines(unit: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """(B,) cosine of each pair of items, in blocks."""
    size = CPU_BLOCK if unit.device.type == "cpu" else LARGE_BLOCK
    cosine = torch.empty(len(left), dtype=unit.dtype, device=unit.device)
    for at in range(0, len(left), size):
        rows = slice(at, at + size)
        cosine[rows] = (unit[left[rows]] * unit[right[rows]]).sum(dim=1)
    return cosine


def look_alike(tables: Tables, left: Tensor, right: Tensor) -> Tensor:
    """The "visual collision" of `artrec.sampling.index.look_alike`."""
    alike = torch.zeros(len(left), dtype=torch.bool, device=left.device)
    if tables.clusters is None or tables.unit is None or tables.quick is None:
        return alike
    of_item = tables.clusters.of_item
    near = torch.nonzero(of_item[left] == of_item[right])[:, 0]
    for table in (tables.quick, tables.unit):
        gap = table[left[near]] - table[right[near]]
        near = near[gap.square().sum(dim=1) < 2e-7]
    alike[near] = True
    return alike


def _clusters_on(clusters: host.Clusters, device: torch.device) -> Clusters:
    return Clusters(
        of_item=tensor_on(clusters.of_item, device),
        items=groups_on(clusters.items, device),
        other=gaps_on(clusters.other, device),
        other_items=gaps_on(clusters.other_items, device),
    )
