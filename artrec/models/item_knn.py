"""ItemKNN: items are alike if the same people chose them.

Deshpande & Karypis, "Item-based top-N recommendation algorithms", TOIS 2004,
https://doi.org/10.1145/963770.963776, with the shrinkage and the settings of Ferrari Dacrema,
Cremonesi & Jannach 2019, https://arxiv.org/abs/1907.06902, who show how strong it is.

Letters used in shapes: N items, E stored similarities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from artrec.data.matrix import to_matrix
from artrec.errors import ShapeError
from artrec.models.base import ProfileModel, require
from artrec.models.contract import Floats, Ints, Profiles, Supports, TrainingData
from artrec.models.profiles import to_csr

_BLOCK = 1024  # items whose similarities are held dense-ish at once


@dataclass(frozen=True, slots=True)
class ItemKNNConfig:
    """Settings of ItemKNN."""

    neighbours: int = 100
    """Most similar items kept for each item to be scored."""
    shrinkage: float = 10.0
    """Added to the cosine's denominator; draws pairs seen together by few people towards 0."""

    def __post_init__(self) -> None:
        require(self.neighbours >= 1, "neighbours", "at least 1", self.neighbours)
        require(self.shrinkage >= 0, "shrinkage", "0 or more", self.shrinkage)


@dataclass(frozen=True, eq=False)
class ItemKNN(ProfileModel):
    """The score of an item is the sum of its similarities to the chosen items."""

    name: ClassVar[str] = "item-knn"
    Config: ClassVar[type[ItemKNNConfig]] = ItemKNNConfig

    values: Floats
    """(E,) similarities, item by item."""
    neighbours: Ints
    """(E,) the chosen item each belongs to."""
    indptr: Ints
    """(N + 1,) start of each item's neighbours."""

    def __post_init__(self) -> None:
        if len(self.values) != len(self.neighbours) or self.indptr[-1] != len(self.values):
            raise ShapeError("values, neighbours and indptr do not fit together.")

    @classmethod
    def fit(cls, data: TrainingData, config: ItemKNNConfig | None = None) -> Self:
        """Shrunk cosines of the items' columns. Time and memory follow the pairs seen together."""
        settings = config or ItemKNNConfig()
        by_item = sparse.csr_array(to_matrix(data.interactions).T)  # (N, U)
        norms = np.sqrt(np.diff(by_item.indptr)).astype(np.float32)
        parts = []
        for start in range(0, by_item.shape[0], _BLOCK):
            together = sparse.csr_array(by_item[start : start + _BLOCK] @ by_item.T)
            parts.append(_nearest(together, start, norms, settings))
        kept = sparse.vstack(parts, format="csr")
        return cls(settings, kept.data, kept.indices.astype(np.int64), kept.indptr.astype(np.int64))

    @property
    def supports(self) -> Supports:
        """No vectors: an item is a row of N similarities."""
        return Supports(item_vectors=False)

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.indptr) - 1

    def _scores(self, profiles: Profiles) -> Floats:
        shape = (self.n_items, self.n_items)
        similar = sparse.csr_array((self.values, self.neighbours, self.indptr), shape=shape)
        scores: NDArray[Any] = (to_csr(profiles, self.n_items) @ similar.T).toarray()
        return scores.astype(np.float32, copy=False)


def _nearest(
    together: sparse.csr_array, start: int, norms: Floats, settings: ItemKNNConfig
) -> sparse.csr_array:
    """Shrunk cosines of the items from `start` on, the best of each row; equal ones: lower row."""
    counts = np.diff(together.indptr)
    rows = np.repeat(np.arange(len(counts)), counts)
    cosines = together.data / (norms[rows + start] * norms[together.indices] + settings.shrinkage)
    other = together.indices != rows + start
    rows, columns, cosines = rows[other], together.indices[other], cosines[other]
    order = np.lexsort((columns, -cosines, rows))
    rows, columns, cosines = rows[order], columns[order], cosines[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = place < settings.neighbours
    return sparse.csr_array(
        (cosines[kept].astype(np.float32), (rows[kept], columns[kept])), shape=together.shape
    )
