"""Random: another arbitrary order for every profile. What any model has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from artrec.models.base import VectorModel, require
from artrec.models.contract import Floats, Profiles, Supports, TrainingData


@dataclass(frozen=True, slots=True)
class RandomConfig:
    """Settings of Random."""

    dim: int = 32
    """T. More dimensions make the orders of two profiles less alike."""
    seed: int = 0

    def __post_init__(self) -> None:
        require(self.dim >= 2, "dim", "at least 2", self.dim)
        require(self.seed >= 0, "seed", "0 or more", self.seed)


@dataclass(frozen=True, eq=False)
class Random(VectorModel):
    """Gaussian vectors for items and profiles; the same profile always gets the same order."""

    name: ClassVar[str] = "random"
    Config: ClassVar[type[RandomConfig]] = RandomConfig

    @classmethod
    def fit(cls, data: TrainingData, config: RandomConfig | None = None) -> Self:
        """Draw a vector for every item; the interactions give their number only."""
        settings = config or RandomConfig()
        rng = np.random.default_rng(settings.seed)
        shape = (data.interactions.n_items, settings.dim)
        return cls(settings, rng.standard_normal(shape, dtype=np.float32))

    @property
    def supports(self) -> Supports:
        """Serves anybody, knows nothing."""
        return Supports(empty_profile=True, similar_items=False)

    def _user_vectors(self, profiles: Profiles) -> Floats:
        rows = np.empty((len(profiles), self.config.dim), dtype=np.float32)
        for row in range(len(profiles)):
            rng = np.random.default_rng([self.config.seed, *profiles[row].tolist()])
            rows[row] = rng.standard_normal(self.config.dim, dtype=np.float32)
        return rows
