"""The two samplers behind one call, so that what one must keep the other must keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from artrec.sampling import Histories, SamplingConfig, Triplets, TripletSampler, World
from artrec.sampling.on_device import DeviceSampler, on_host

Draw = Callable[[World, Histories, SamplingConfig, int, int], Triplets]
"""World, histories, settings, number of triplets, seed -> triplets as arrays."""

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


def with_numpy(
    world: World, histories: Histories, config: SamplingConfig, n: int, seed: int
) -> Triplets:
    """Drawn by `TripletSampler`."""
    return TripletSampler(world, histories, config).draw(n, np.random.default_rng(seed))


def with_torch(device: str) -> Draw:
    """Drawn by `DeviceSampler` on a device."""

    def draw(
        world: World, histories: Histories, config: SamplingConfig, n: int, seed: int
    ) -> Triplets:
        sampler = DeviceSampler(TripletSampler(world, histories, config), torch.device(device))
        return on_host(sampler.draw(n, dice(seed, device)))

    return draw


def dice(seed: int, device: str = "cpu") -> torch.Generator:
    """A seeded generator of a device."""
    return torch.Generator(device).manual_seed(seed)


DRAWS = {"numpy": with_numpy} | {f"torch-{name}": with_torch(name) for name in DEVICES}
