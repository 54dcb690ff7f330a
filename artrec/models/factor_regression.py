"""Factor regression: what ALS would know of a work, guessed from its looks.

van den Oord, Dieleman & Schrauwen, "Deep content-based music recommendation", NIPS 2013,
https://papers.nips.cc/paper/5004-deep-content-based-music-recommendation. Item factors are fitted
by implicit ALS and then predicted from features, here by ridge regression instead of a network, so
that works nobody has chosen yet can be ranked.

Letters used in shapes: N items, D feature dimensions, T factors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from artrec.data.matrix import to_matrix
from artrec.errors import ShapeError
from artrec.models import als
from artrec.models.base import VectorModel, require, same_rows
from artrec.models.contract import Content, Floats, Profiles, Supports, TrainingData
from artrec.models.profiles import to_csr
from artrec.models.ridge import Ridge, fit_ridge


@dataclass(frozen=True, slots=True)
class FactorRegressionConfig:
    """Settings of factor regression; the first five are those of ALS."""

    factors: int = 64
    alpha: float = 10.0
    l2: float = 1.0
    sweeps: int = 15
    seed: int = 0
    ridge_l2: float = 1.0
    """Ridge penalty, on the scale of standardised features and mean error."""
    keep_from: int = 0
    """Users from which on an item is scored by its own factor; 0 predicts all, as published."""

    def __post_init__(self) -> None:
        require(self.ridge_l2 > 0, "ridge_l2", "above 0", self.ridge_l2)
        require(self.keep_from >= 0, "keep_from", "0 or more", self.keep_from)
        self.als()

    def als(self) -> als.ALSConfig:
        """The settings of the factors."""
        return als.ALSConfig(self.factors, self.alpha, self.l2, self.sweeps, self.seed)


@dataclass(frozen=True, eq=False)
class FactorRegression(VectorModel):
    """Users by ALS, items by their looks."""

    name: ClassVar[str] = "factor-regression"
    Config: ClassVar[type[FactorRegressionConfig]] = FactorRegressionConfig

    profile_vectors: Floats
    """(N, T) what a chosen item says of a user: its own factor, predicted where it has none."""
    gram: als.Doubles
    """(T, T) of the factors ALS fitted."""
    weights: Floats
    """(D + 1, T) of the ridge."""

    def __post_init__(self) -> None:
        VectorModel.__post_init__(self)
        same_rows(self.n_items, profile_vectors=self.profile_vectors)
        if self.profile_vectors.shape != self.vectors.shape:
            raise ShapeError("vectors and profile_vectors differ in dimension.")

    @classmethod
    def fit(cls, data: TrainingData, config: FactorRegressionConfig | None = None) -> Self:
        """Fit ALS, then the ridge on the items with an event. ShapeError without features.

        An item counts in the ridge by how many users chose it: its factor is as certain as that.
        """
        settings = config or FactorRegressionConfig()
        features = data.content.matrix()
        factors = als.ALS.fit(data, settings.als())
        counts = np.asarray(to_matrix(data.interactions).sum(axis=0))
        chosen = np.flatnonzero(counts > 0)
        ridge = fit_ridge(
            features[chosen],
            factors.vectors[chosen],
            l2=settings.ridge_l2,
            row_weights=counts[chosen],
        )
        predicted = ridge.predict(features)
        known = (counts > 0)[:, None]
        keep = known & (counts >= settings.keep_from)[:, None] & (settings.keep_from > 0)
        return cls(
            settings,
            np.where(keep, factors.vectors, predicted),
            np.where(known, factors.vectors, predicted),
            factors.gram,
            ridge.weights,
        )

    @property
    def supports(self) -> Supports:
        """Scores new items, for everyone who chose something."""
        return Supports(new_items=True)

    def with_items(self, content: Content) -> Self:
        """The model with new items appended; they count in profiles as well."""
        new = self._new_vectors(content)
        return replace(
            self,
            vectors=np.concatenate((self.vectors, new)),
            profile_vectors=np.concatenate((self.profile_vectors, new)),
        )

    def _new_vectors(self, content: Content) -> Floats:
        return Ridge(self.weights).predict(content.matrix())

    def _user_vectors(self, profiles: Profiles) -> Floats:
        chosen = to_csr(profiles, self.n_items)
        return als.fold_in(chosen, self.profile_vectors, self.gram, self.config.als())
