"""Implicit ALS: factors of users and items by alternating least squares.

Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008,
https://doi.org/10.1109/ICDM.2008.22. Every pair of user and item counts, with target 1 and
confidence 1 + alpha where the user chose the item, target 0 and confidence 1 elsewhere. We differ
in one point: an item chosen several times counts once.

The last half-step fits the users, so that a user of the training and a new one with the same
profile get the same vector: `user_vector` is that half-step.

Letters used in shapes: U users, N items, T factors, B rows of a batch, L longest list in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from artrec.data.matrix import to_matrix
from artrec.errors import ShapeError
from artrec.models.base import VectorModel, require
from artrec.models.contract import Floats, Profiles, TrainingData
from artrec.models.profiles import to_csr

Doubles = NDArray[np.float64]

_BATCH_BYTES = 32 * 2**20  # of gathered factors and normal equations


@dataclass(frozen=True, slots=True)
class ALSConfig:
    """Settings of implicit ALS."""

    factors: int = 64
    """T."""
    alpha: float = 10.0
    """Confidence of a choice beyond that of its absence; the paper uses 40 on view counts."""
    l2: float = 1.0
    """Ridge penalty on both sides."""
    sweeps: int = 15
    """Times both sides are fitted."""
    seed: int = 0
    """Of the initial item factors."""

    def __post_init__(self) -> None:
        require(self.factors >= 1, "factors", "at least 1", self.factors)
        require(self.alpha >= 0, "alpha", "0 or more", self.alpha)
        require(self.l2 > 0, "l2", "above 0", self.l2)
        require(self.sweeps >= 1, "sweeps", "at least 1", self.sweeps)


@dataclass(frozen=True, eq=False)
class ALS(VectorModel):
    """Item factors, and what is needed to fold a profile in. Items never chosen are all zeros."""

    name: ClassVar[str] = "als"
    Config: ClassVar[type[ALSConfig]] = ALSConfig

    gram: Doubles
    """(T, T) sum of the outer products of all item factors."""

    def __post_init__(self) -> None:
        VectorModel.__post_init__(self)
        dim = self.vectors.shape[1]
        if self.gram.shape != (dim, dim):
            raise ShapeError(f"gram must be ({dim}, {dim}); it is {self.gram.shape}.")

    @classmethod
    def fit(cls, data: TrainingData, config: ALSConfig | None = None) -> Self:
        """Alternate. Each sweep takes O(E T² + (U + N) T³) time for E events."""
        settings = config or ALSConfig()
        items = factorise(to_matrix(data.interactions), settings)
        return cls(settings, items, _gram(items))

    def _user_vectors(self, profiles: Profiles) -> Floats:
        return fold_in(to_csr(profiles, self.n_items), self.vectors, self.gram, self.config)


def factorise(chosen: sparse.csr_array, settings: ALSConfig) -> Floats:
    """(N, T) item factors of a (U, N) matrix of choices."""
    n_items = chosen.shape[1]
    by_item = sparse.csr_array(chosen.T)
    rng = np.random.default_rng(settings.seed)
    items = 0.1 * rng.standard_normal((n_items, settings.factors)).astype(np.float32)
    for _ in range(settings.sweeps):
        users = fold_in(chosen, items, _gram(items), settings)
        items = fold_in(by_item, users, _gram(users), settings)
    return items


def fold_in(chosen: sparse.csr_array, other: Floats, gram: Doubles, settings: ALSConfig) -> Floats:
    """(R, T) factors of the rows of `chosen` (R, M), given those of the columns, `other` (M, T).

    Row by row the solution of (gram + alpha Σ y yᵀ + l2 I) x = (1 + alpha) Σ y over the chosen y.
    Rows without a choice are zeros.
    """
    lengths = np.diff(chosen.indptr)
    dim = other.shape[1]
    base = gram + settings.l2 * np.eye(dim)
    result = np.zeros((chosen.shape[0], dim), dtype=np.float32)
    # Rows of like length go together, so that little of a batch is padding.
    order = np.argsort(lengths, kind="stable")[np.count_nonzero(lengths == 0) :]
    padded = np.concatenate((other, np.zeros((1, dim), dtype=np.float32)))
    start = 0
    while start < len(order):
        stop = _batch_end(lengths[order], start, dim)
        rows = order[start:stop]
        columns = _padded_lists(chosen, rows, lengths[rows], fill=len(other))
        gathered = padded[columns].astype(np.float64)  # (B, L, T)
        left = base + settings.alpha * (gathered.transpose(0, 2, 1) @ gathered)
        right = (1 + settings.alpha) * gathered.sum(axis=1)
        result[rows] = np.linalg.solve(left, right[..., None])[..., 0]
        start = stop
    return result


def _batch_end(lengths: NDArray[Any], start: int, dim: int) -> int:
    """How far from `start` a batch of rows, ascending in length, stays within _BATCH_BYTES."""
    size = 1
    while start + size < len(lengths):
        longest = int(lengths[min(start + 2 * size, len(lengths)) - 1])
        if 2 * size * 8 * dim * (longest + dim) > _BATCH_BYTES:
            break
        size *= 2
    return min(start + size, len(lengths))


def _padded_lists(
    chosen: sparse.csr_array, rows: NDArray[Any], lengths: NDArray[Any], *, fill: int
) -> NDArray[np.int64]:
    """(B, L) columns of each row, `fill` beyond its end."""
    place = np.arange(lengths.max())
    inside = place < lengths[:, None]
    columns = np.full(inside.shape, fill, dtype=np.int64)
    columns[inside] = chosen.indices[(chosen.indptr[rows][:, None] + place)[inside]]
    return columns


def _gram(factors: Floats) -> Doubles:
    wide = factors.astype(np.float64)
    product: Doubles = wide.T @ wide
    return product
