"""Ridge regression from item features, standardised on the way.

Letters used in shapes: n rows to learn from, D feature dimensions, K targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.models.contract import Floats, check_rows

_NEGLIGIBLE = 1e-6  # a deviation below this share of the mean is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """A fitted linear map with its intercept folded in: row `D` of `weights` belongs to a 1."""

    weights: Floats
    """(D + 1, K)"""

    def predict(self, features: NDArray[Any]) -> Floats:
        """(M, D) to (M, K) float32. Raises ShapeError for another D, NaN or infinity."""
        check_rows(features, "The features")
        if features.shape[1] + 1 != len(self.weights):
            raise ShapeError(
                f"The model was fitted on {len(self.weights) - 1} feature dimensions; these have "
                f"{features.shape[1]}."
            )
        predicted: Floats = features.astype(np.float32) @ self.weights[:-1] + self.weights[-1]
        return predicted


def fit_ridge(
    features: NDArray[Any],
    targets: NDArray[Any],
    *,
    l2: float,
    row_weights: NDArray[Any] | None = None,
) -> Ridge:
    """Minimise Σ w |y - b - z W|² / Σ w + l2 |W|², where z are the standardised features.

    The intercept b is free. Because the error is a mean, one l2 serves collections of any size.
    Takes O(n D²) time, or O(n² D) where there are fewer rows than dimensions.

    Args:
        features: (n, D), n ≥ 1.
        targets: (n, K).
        l2: Above 0.
        row_weights: (n,) above 0; by default all equal.

    Raises:
        ShapeError: If there is no row, or the rows do not fit together or are not finite.
    """
    check_rows(features, "The features")
    check_rows(targets, "The targets")
    if len(features) == 0 or len(features) != len(targets):
        raise ShapeError(f"A ridge needs rows; got {len(features)} and {len(targets)} targets.")
    weights = (
        np.ones(len(features)) if row_weights is None else np.asarray(row_weights, dtype=float)
    )
    weights = weights / weights.sum()
    X = features.astype(np.float64)
    mean = weights @ X
    X -= mean
    deviation = np.sqrt(weights @ np.square(X))
    varies = deviation > _NEGLIGIBLE * np.maximum(np.abs(mean), np.finfo(np.float32).tiny)
    scale = np.where(varies, 1 / np.where(varies, deviation, 1), 0)
    intercept = weights @ targets
    root = np.sqrt(weights)[:, None]
    X = X * scale * root
    coefficients = _solve(X, (targets - intercept) * root, l2) * scale[:, None]
    folded = np.vstack((coefficients, intercept - mean @ coefficients))
    return Ridge(folded.astype(np.float32))


def _solve(X: NDArray[np.float64], Y: NDArray[np.float64], l2: float) -> NDArray[np.float64]:
    """(D, K) minimiser of |Y - X W|² + l2 |W|², by the smaller of the two normal equations."""
    rows, dim = X.shape
    if rows < dim:
        return np.asarray(X.T @ np.linalg.solve(X @ X.T + l2 * np.eye(rows), Y))
    return np.asarray(np.linalg.solve(X.T @ X + l2 * np.eye(dim), X.T @ Y))
