"""Triplets and proposals as tensors."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from artrec.sampling.triplets import Triplets

COLUMNS = ("user", "positive", "negative", "strategy", "start", "stop", "hole")


@dataclass(frozen=True, eq=False)
class DeviceTriplets:
    """B triplets; the fields of `artrec.sampling.Triplets`, int64, on one device."""

    user: Tensor
    positive: Tensor
    negative: Tensor
    strategy: Tensor
    start: Tensor
    stop: Tensor
    hole: Tensor
    pool: Tensor

    def __len__(self) -> int:
        return len(self.user)


@dataclass(frozen=True, eq=False)
class Proposals:
    """One proposed triplet for each source; see `artrec.sampling.plans.Proposals`."""

    start: Tensor
    stop: Tensor
    hole: Tensor
    positive: Tensor
    negative: Tensor
    accepted: Tensor


def no_hole(sources: Tensor) -> Tensor:
    """Holes of profiles from which nothing is left out."""
    return torch.full_like(sources, -1)


def take(triplets: DeviceTriplets, rows: Tensor | slice) -> DeviceTriplets:
    """The triplets at `rows`, in that order; a slice makes views, not copies."""
    return replace(triplets, **{name: getattr(triplets, name)[rows] for name in COLUMNS})


def on_host(triplets: DeviceTriplets) -> Triplets:
    """The same as arrays."""
    arrays = {each.name: getattr(triplets, each.name).cpu().numpy() for each in fields(triplets)}
    small = {
        name: arrays[name].astype(np.int32)
        for name in ("user", "positive", "negative", "strategy", "pool")
    }
    return Triplets(**(arrays | small))
