"""The user side of normalised towers for a web request: chosen works in, query vectors out.

A query is the mean direction of what was chosen, at a temperature, and a one for the coordinate
that says how much a work appeals to everyone. NumPy only; `artrec.models.curatornet_plus` trains
what goes in.

Letters used in shapes: B profiles, L entries of all profiles together, K dimensions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def unit(rows: Floats) -> Floats:
    """Rows at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Floats = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return result


def user_vectors(
    vectors: Floats, indptr: Ints, temperature: float, *, normalise: bool = True
) -> Floats:
    """(B, K + 1) queries from the profile vectors (L, K) of each profile's works.

    Without `normalise` a query is the mean itself, at the temperature. Raises ShapeError for an
    empty profile, which has no direction.
    """
    lengths = np.diff(indptr)
    if np.any(lengths < 1):
        raise ShapeError("A profile needs at least one chosen item.")
    sums = np.add.reduceat(vectors, indptr[:-1], axis=0)
    return _queries((sums / lengths[:, None]).astype(np.float32), temperature, normalise)


def left_out(vectors: Floats, temperature: float, *, normalise: bool = True) -> Floats:
    """(L, K + 1) queries of one profile of L vectors (L, K), L at least 2, without each."""
    means = (vectors.sum(axis=0) - vectors) / np.float32(len(vectors) - 1)
    return _queries(means, temperature, normalise)


def _queries(means: Floats, temperature: float, normalise: bool) -> Floats:
    users: Floats = unit(means) if normalise else means
    ones = np.ones((len(means), 1), dtype=np.float32)
    return np.concatenate((np.float32(temperature) * users, ones), axis=1, dtype=np.float32)
