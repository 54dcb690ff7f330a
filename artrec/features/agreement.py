"""How well a feature space agrees with a curator's labels: do neighbours share the label?

Agreement is not preference. It says whether the features see what a curator sees.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

_BLOCK = 1024  # queries at once: 1024 x N similarities in memory


def precision_per_query(
    vectors: NDArray[np.float32], labels: NDArray[Any], k: int
) -> NDArray[np.float64]:
    """Share of each row's k nearest other rows, by inner product, that carry its label.

    Args:
        vectors: (N, D), of length 1 so that the inner product is the cosine.
        labels: (N,)
        k: At least 1, less than N.

    Returns:
        (N,) values in [0, 1].

    Raises:
        ShapeError: If there are not N labels or not more than k rows.
    """
    count = len(vectors)
    if labels.shape != (count,) or not 1 <= k < count:
        raise ShapeError(
            f"Precision at {k} needs more than {k} rows and a label for each, "
            f"got {count} rows and {labels.size} labels."
        )
    hits = np.empty(count)
    for start in range(0, count, _BLOCK):
        similarity = vectors[start : start + _BLOCK] @ vectors.T  # (B, N)
        rows = np.arange(len(similarity))
        similarity[rows, start + rows] = -np.inf  # a picture is no neighbour of itself
        nearest = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
        own = labels[start : start + _BLOCK, None]
        hits[start : start + _BLOCK] = (labels[nearest] == own).mean(axis=1)
    return hits


def chance_precision(labels: NDArray[Any]) -> float:
    """Expected precision, at any k, of neighbours drawn at random; N >= 2."""
    _, counts = np.unique(labels, return_counts=True)
    return float((counts * (counts - 1)).sum() / (len(labels) * (len(labels) - 1)))
