"""Visual popularity: how popular a work looks.

A ridge regression from features to the logarithm of how many users chose an item, the non-personal
part of what VBPR calls the visual bias (He & McAuley 2016, https://arxiv.org/abs/1510.01784). It
says what popularity cannot: something about works nobody has seen yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from artrec.models.base import VectorModel, require
from artrec.models.contract import Content, Floats, Profiles, Supports, TrainingData
from artrec.models.ridge import Ridge, fit_ridge


@dataclass(frozen=True, slots=True)
class VisualPopularityConfig:
    """Settings of visual popularity."""

    l2: float = 1.0
    """Ridge penalty, on the scale of standardised features and mean error."""
    chosen_only: bool = True
    """Learn from items with an event only: the others may be new rather than disliked."""

    def __post_init__(self) -> None:
        require(self.l2 > 0, "l2", "above 0", self.l2)


@dataclass(frozen=True, eq=False)
class VisualPopularity(VectorModel):
    """One coordinate per item, log(1 + users) as predicted from its looks."""

    name: ClassVar[str] = "visual-popularity"
    Config: ClassVar[type[VisualPopularityConfig]] = VisualPopularityConfig

    weights: Floats
    """(D + 1, 1) of the ridge."""

    @classmethod
    def fit(cls, data: TrainingData, config: VisualPopularityConfig | None = None) -> Self:
        """Fit the ridge on all feature families side by side; ShapeError without features."""
        settings = config or VisualPopularityConfig()
        features = data.content.matrix()
        counts = data.interactions.deduplicated().item_counts
        rows = np.flatnonzero(counts > 0) if settings.chosen_only else np.arange(len(counts))
        ridge = fit_ridge(features[rows], np.log1p(counts[rows])[:, None], l2=settings.l2)
        return cls(settings, ridge.predict(features), ridge.weights)

    @property
    def supports(self) -> Supports:
        """Serves anybody and scores new items; does not look at the profile."""
        return Supports(new_items=True, empty_profile=True, similar_items=False)

    def _new_vectors(self, content: Content) -> Floats:
        return Ridge(self.weights).predict(content.matrix())

    def _user_vectors(self, profiles: Profiles) -> Floats:
        return np.ones((len(profiles), 1), dtype=np.float32)
