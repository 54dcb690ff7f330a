"""Triplet sampling guidelines, vectorised: `TripletSampler(world, histories).draw(n, rng)`.

Visual clusters need scikit-learn and are imported from `artrec.sampling.clusters`; the sampler that
runs on a GPU needs torch and is `artrec.sampling.on_device`.
"""

from __future__ import annotations

from artrec.sampling.config import (
    GUIDELINES,
    REAL_USER_SHARES,
    Mode,
    SamplingConfig,
    Strategy,
)
from artrec.sampling.report import StrategyReport, format_report
from artrec.sampling.sampler import TripletSampler
from artrec.sampling.triplets import Triplets, profile_sizes, profiles, take
from artrec.sampling.world import Histories, World

__all__ = [
    "GUIDELINES",
    "REAL_USER_SHARES",
    "Histories",
    "Mode",
    "SamplingConfig",
    "Strategy",
    "StrategyReport",
    "TripletSampler",
    "Triplets",
    "World",
    "format_report",
    "profile_sizes",
    "profiles",
    "take",
]
