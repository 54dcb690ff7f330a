"""Triplets drawn, and batches of them made, on a device, so that no step waits for the host.

An epoch is drawn from a generator that the epoch's own generator seeds: like every source, this
one needs no state in a checkpoint to go on bit by bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from artrec.errors import ConfigError
from artrec.sampling.on_device import DeviceSampler, DeviceTriplets, take
from artrec.sampling.on_device.lookup import expand
from artrec.training.batches import Batch
from artrec.training.device import choose_device
from artrec.training.distributed import Group
from artrec.training.sources import DRAWN_AT_ONCE, Source, TripletSource


@dataclass(frozen=True, eq=False)
class DeviceTripletSource:
    """A `TripletSource` whose triplets are drawn on a device."""

    source: TripletSource
    sampler: DeviceSampler

    @property
    def examples(self) -> int:
        """Triplets of an epoch."""
        return self.source.examples

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """See `artrec.training.sources.Source`."""
        source, sampler = self.source, self.sampler
        dice = torch.Generator(sampler.device).manual_seed(int(rng.integers(2**62)))
        at_once = max(DRAWN_AT_ONCE, source.batch)
        left = max(1, source.examples // share)
        while left > 0:
            drawn = sampler.draw(min(left, at_once), dice)
            left -= at_once
            for start in range(0, len(drawn), source.batch):
                block = take(drawn, slice(start, start + source.batch))
                more = None
                if source.negatives > 1:
                    more = sampler.unchosen(block.user, source.negatives - 1, dice)
                yield from_device_triplets(
                    block, source.interactions.n_items, more, profiles=source.profiles
                )


def drawn_on(source: Source, device: torch.device | None) -> Source:
    """The source, its triplets drawn by torch on `device`; None, or without triplets: as it is."""
    if device is None or not isinstance(source, TripletSource):
        return source
    return DeviceTripletSource(source, DeviceSampler(source.sampler, device))


def drawing_device(name: str, trains_on: torch.device, peers: Group) -> torch.device | None:
    """Where `Runtime.draw_on` says that triplets are drawn; None stands for NumPy.

    Raises ConfigError for a device that this machine does not have or that cannot draw.
    """
    if name == "numpy":
        return None
    if name == "auto":
        return trains_on if trains_on.type == "cuda" else None
    device = choose_device(name, peers)
    if device.type not in ("cpu", "cuda"):
        raise ConfigError(
            f"Triplets cannot be drawn on {name!r}, which has no double precision; set draw_on to "
            "auto, numpy, cpu or cuda."
        )
    return device


def from_device_triplets(
    triplets: DeviceTriplets, n_items: int, more: Tensor | None = None, *, profiles: bool = True
) -> Batch:
    """What `artrec.training.batches.from_triplets` makes, made on the device of the triplets."""
    start, stop, hole = triplets.start, triplets.stop, triplets.hole
    if not profiles:
        start, stop, hole = triplets.user, triplets.user, torch.full_like(hole, -1)
    rows, users, (start, stop, hole) = _distinct(triplets.user, start, stop, hole)
    positions = expand(start, stop)
    kept = positions != torch.repeat_interleave(hole, stop - start)
    lengths = stop - start - (hole >= 0).long()
    profile = triplets.pool[positions[kept]]
    negative = triplets.negative[:, None]
    if more is not None:
        negative = torch.cat((negative, more), dim=1)
    present = torch.zeros(n_items, dtype=torch.bool, device=profile.device)
    for some in (profile, triplets.positive, negative.flatten()):
        present[some] = True
    column = torch.cumsum(present, dim=0) - 1
    nothing = torch.empty(0, dtype=torch.int64, device=profile.device)
    return Batch(
        items=torch.nonzero(present)[:, 0],
        users=users,
        profile=column[profile],
        offsets=torch.cat((lengths.new_zeros(1), torch.cumsum(lengths, dim=0))),
        rows=rows,
        positive=column[triplets.positive],
        negative=column[negative],
        known_rows=nothing,
        known_columns=nothing,
        log_expected=nothing.float(),
    )


def _distinct(
    user: Tensor, start: Tensor, stop: Tensor, hole: Tensor
) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor, Tensor]]:
    """Which profile each triplet has, and user, start, stop and hole of each, ascending."""
    # One number for all three: places of the pool, times lengths, times holes stay below 2^63.
    length = stop - start
    sizes = int(length.max()) + 2 if len(length) else 1
    place = torch.where(hole >= 0, hole - start + 1, 0)
    keys = ((start + 1) * sizes + length) * sizes + place
    distinct, rows = torch.unique(keys, return_inverse=True)
    # Triplets of one profile write the same, so their order does not matter.
    columns = torch.empty((4, len(distinct)), dtype=torch.int64, device=user.device)
    columns[:, rows] = torch.stack((user, start, stop, hole))
    users, starts, stops, holes = columns.unbind()
    return rows, users, (starts, stops, holes)
