"""CuratorNet's user tower for a web request: chosen works in, one query vector out. NumPy only.

Messina, Cartagena, Cerda-Mardini, del Rio & Parra, "CuratorNet: visually-aware recommendation of
art images", 2020, https://arxiv.org/abs/2009.04426. `artrec.models.curatornet` trains it.

Letters used in shapes: B profiles, L entries of all profiles together, T dimensions of an item.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Layer = tuple[Floats, Floats]
"""Weights (in, out) and bias (out,) of a dense layer."""

# Klambauer et al., "Self-normalizing neural networks", 2017, https://arxiv.org/abs/1706.02515.
_ALPHA: Final = np.float32(1.6732632423543772)
_SCALE: Final = np.float32(1.0507009873554805)


def selu(x: Floats) -> Floats:
    """Scaled exponential linear unit."""
    # The smaller argument keeps exp from overflowing where it is not used.
    result: Floats = _SCALE * np.where(x > 0, x, _ALPHA * np.expm1(np.minimum(x, 0)))
    return result


def dense(x: Floats, layers: Sequence[Layer]) -> Floats:
    """(n, in) through dense layers, each followed by SELU, the last one too."""
    for weights, bias in layers:
        x = selu(x @ weights + bias)
    return x


def pool(vectors: Floats, indptr: Ints) -> Floats:
    """(B, 2T) average and maximum over each profile; `vectors` (L, T), profile after profile.

    Raises ShapeError for an empty profile, which has neither.
    """
    lengths = np.diff(indptr)
    if np.any(lengths < 1):
        raise ShapeError("A profile needs at least one chosen item.")
    mean = np.add.reduceat(vectors, indptr[:-1], axis=0) / lengths[:, None]
    largest = np.maximum.reduceat(vectors, indptr[:-1], axis=0)
    return np.concatenate((mean, largest), axis=1, dtype=np.float32)


def user_vectors(vectors: Floats, indptr: Ints, layers: Sequence[Layer]) -> Floats:
    """(B, T) query vectors from the item vectors (L, T) of each profile's works."""
    return dense(pool(vectors, indptr), layers)


def left_out(vectors: Floats, layers: Sequence[Layer]) -> Floats:
    """(L, T) query vectors of one profile of item vectors (L, T), L at least 2, without each."""
    mean = (vectors.sum(axis=0) - vectors) / np.float32(len(vectors) - 1)
    second, first = np.partition(vectors, (-2, -1), axis=0)[-2:]
    largest = np.where(vectors == first, second, first)
    return dense(np.concatenate((mean, largest), axis=1, dtype=np.float32), layers)
