"""Triplets drawn by torch where the training runs: `DeviceSampler(sampler, device).draw(n, dice)`.

The tables, the sources and the counts are those of a `TripletSampler`; here they lie on the device
and the proposals are made of them there. Whole numbers are int64 throughout. Needs torch, which is
why the rest of `artrec.sampling` does not import this package.
"""

from __future__ import annotations

from artrec.sampling.on_device.sampler import DeviceSampler
from artrec.sampling.on_device.triplets import DeviceTriplets, on_host, take

__all__ = ["DeviceSampler", "DeviceTriplets", "on_host", "take"]
