"""Popularity: the same order for everyone, by how many users chose an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from artrec.models.base import VectorModel
from artrec.models.contract import Floats, Profiles, Supports, TrainingData


@dataclass(frozen=True, slots=True)
class PopularityConfig:
    """Settings of popularity."""

    log: bool = False
    """Score by log(1 + users): the same order, with gaps that can be added to other scores."""


@dataclass(frozen=True, eq=False)
class Popularity(VectorModel):
    """One coordinate per item: the number of users who chose it."""

    name: ClassVar[str] = "popularity"
    Config: ClassVar[type[PopularityConfig]] = PopularityConfig

    @classmethod
    def fit(cls, data: TrainingData, config: PopularityConfig | None = None) -> Self:
        """Count users per item; a user who chose an item again counts once."""
        settings = config or PopularityConfig()
        counts = data.interactions.deduplicated().item_counts[:, None].astype(np.float32)
        return cls(settings, np.log1p(counts) if settings.log else counts)

    @property
    def supports(self) -> Supports:
        """Serves anybody; does not look at the profile."""
        return Supports(empty_profile=True, similar_items=False)

    def _user_vectors(self, profiles: Profiles) -> Floats:
        return np.ones((len(profiles), 1), dtype=np.float32)
