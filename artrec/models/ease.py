"""EASE: the linear item-to-item model with a closed form.

Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019,
https://arxiv.org/abs/1905.03375. With X the (U, N) matrix of choices, the weights B minimise
|X - X B|² + l2 |B|² under diag(B) = 0; with P = (XᵀX + l2 I)⁻¹ they are B_ij = -P_ij / P_jj.

Items nobody chose have no weights, so only the A chosen ones are inverted: the result is the same.

Letters used in shapes: N items, A items with at least one event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import linalg

from artrec.data.matrix import to_matrix
from artrec.errors import ConfigError, ShapeError
from artrec.models.base import ProfileModel, require
from artrec.models.contract import Floats, Ints, Profiles, Supports, TrainingData
from artrec.models.profiles import to_csr


@dataclass(frozen=True, slots=True)
class EASEConfig:
    """Settings of EASE."""

    l2: float = 250.0
    """Ridge penalty; 100 to 1000 is the range of the paper."""
    max_items: int = 30_000
    """Most items with an event; the inversion takes 8 A² bytes twice and O(A³) time."""

    def __post_init__(self) -> None:
        require(self.l2 > 0, "l2", "above 0", self.l2)
        require(self.max_items >= 1, "max_items", "at least 1", self.max_items)


@dataclass(frozen=True, eq=False)
class EASE(ProfileModel):
    """The score of an item is the sum of its weights from the chosen items."""

    name: ClassVar[str] = "ease"
    Config: ClassVar[type[EASEConfig]] = EASEConfig

    weights: Floats
    """(A, A) from chosen item (row) to scored item (column), 0 on the diagonal."""
    places: Ints
    """(N,) row of each item in `weights`, -1 without events: such an item always scores 0."""

    def __post_init__(self) -> None:
        n_active = int(np.count_nonzero(self.places >= 0))
        if self.weights.shape != (n_active, n_active):
            raise ShapeError(f"weights are {self.weights.shape} for {n_active} items with events.")

    @classmethod
    def fit(cls, data: TrainingData, config: EASEConfig | None = None) -> Self:
        """Invert the Gram matrix. Raises ConfigError above `max_items` items with events."""
        settings = config or EASEConfig()
        active = np.flatnonzero(data.interactions.item_counts)
        if len(active) > settings.max_items:
            raise ConfigError(
                f"EASE would invert a matrix of {len(active)} items ({16 * len(active) ** 2:.1e} "
                f"bytes); cut the catalogue with k_core, or raise max_items."
            )
        chosen = to_matrix(data.interactions)[:, active]
        gram = (chosen.T @ chosen).toarray().astype(np.float64)
        places = np.full(data.interactions.n_items, -1, dtype=np.int64)
        places[active] = np.arange(len(active))
        return cls(settings, solve(gram, settings.l2), places)

    @property
    def supports(self) -> Supports:
        """No vectors: an item is a column of N weights."""
        return Supports(item_vectors=False)

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.places)

    def _scores(self, profiles: Profiles) -> Floats:
        active = np.flatnonzero(self.places >= 0)
        chosen = to_csr(profiles, self.n_items)[:, active]
        scores = np.zeros((len(profiles), self.n_items), dtype=np.float32)
        scores[:, active] = chosen @ self.weights
        return scores


def solve(gram: np.ndarray[tuple[int, ...], np.dtype[np.float64]], l2: float) -> Floats:
    """(A, A) weights from XᵀX (A, A), which is overwritten."""
    if not len(gram):
        return np.zeros((0, 0), dtype=np.float32)
    gram[np.diag_indices(len(gram))] += l2
    # Symmetric and positive definite, so Cholesky; LAPACK fills the lower triangle only.
    factor, _ = linalg.lapack.dpotrf(gram, lower=True, overwrite_a=True)
    inverse, _ = linalg.lapack.dpotri(factor, lower=True, overwrite_c=True)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weights: Floats = (-inverse / np.diag(inverse)).astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    return weights
