"""Where negatives come from; see `artrec.sampling.negatives`."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from artrec.sampling.config import Rules
from artrec.sampling.on_device.lookup import below, chances, pick, pick_free, whole
from artrec.sampling.on_device.tables import Clusters, Tables, likes_artist, look_alike


def pick_by_cluster(clusters: Clusters, n: int, dice: torch.Generator) -> Tensor:
    """A uniform cluster, then a uniform item of it."""
    return pick(clusters.items, whole(n, len(clusters.items.sizes), dice), dice)


def pick_disliked(
    tables: Tables, clusters: Clusters, rules: Rules, users: Tensor, dice: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Items of a cluster no item of the user is in, and whether the artist is new to them too."""
    if rules.cluster_first:
        negative = pick(clusters.items, pick_free(clusters.other, users, dice), dice)
    else:
        negative = clusters.items.members[pick_free(clusters.other_items, users, dice)]
    return negative, ~likes_artist(tables, users, negative)


def pick_other(
    tables: Tables,
    rules: Rules,
    anchor: Tensor,
    allowed: Callable[[], Tensor],
    dice: torch.Generator,
) -> Tensor:
    """Negatives of strategies 4-6: `hard_ratio` of them from the visual cluster of `anchor`.

    `allowed` draws one allowed item per row. What the clusters give may break the strategy's
    condition; the caller checks.
    """
    if tables.clusters is None:
        return allowed()
    if rules.cluster_first:
        negative = pick_by_cluster(tables.clusters, len(anchor), dice)
    else:
        negative = allowed()
    if rules.hard_ratio > 0:
        # Drawn for all and chosen by a mask: to gather the rows would make the host wait.
        near = pick(tables.clusters.items, tables.clusters.of_item[anchor], dice)
        hard = chances(len(anchor), dice) < rules.hard_ratio
        negative = torch.where(hard, near, negative)
    return negative


def pick_not(tables: Tables, item: Tensor, dice: torch.Generator) -> Tensor:
    """Any item but the given one."""
    other = whole(len(item), tables.n_items - 1, dice)
    return other + (other >= item)


def pick_of_other_artist(tables: Tables, item: Tensor, dice: torch.Generator) -> Tensor:
    """Any item that is not of the (known) artist of `item`; unknown artists count as others."""
    artist = tables.artists[item]
    first = tables.by_artist.ptr[artist]
    size = tables.by_artist.ptr[artist + 1] - first
    place = below(tables.n_items - size, dice)
    return tables.artist_line[place + torch.where(place >= first, size, 0)]


def differ(tables: Tables, rules: Rules, positive: Tensor, negative: Tensor) -> Tensor:
    """Whether positive and negative are two items that do not look the same."""
    different = positive != negative
    if rules.near_duplicates:
        different &= ~look_alike(tables, positive, negative)
    return different
