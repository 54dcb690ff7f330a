"""Ridge regression against least squares on an augmented system."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.models.ridge import fit_ridge


@pytest.mark.parametrize("shape", [(50, 6), (6, 20)])
@pytest.mark.parametrize("weighted", [False, True])
def test_ridge_solves_the_augmented_least_squares(
    shape: tuple[int, int], weighted: bool, rng: np.random.Generator
) -> None:
    rows, dim = shape
    X, Y = rng.normal(3, 5, size=shape), rng.normal(size=(rows, 2))
    weights = rng.uniform(1, 9, size=rows) if weighted else np.ones(rows)
    share = weights / weights.sum()
    mean = share @ X
    Z = (X - mean) / np.sqrt(share @ (X - mean) ** 2)
    # Rows sqrt(w) [z 1] and, below, sqrt(l2) for each coefficient but the intercept.
    left = np.vstack(
        [
            np.sqrt(share)[:, None] * np.hstack([Z, np.ones((rows, 1))]),
            np.sqrt(0.3) * np.eye(dim, dim + 1),
        ]
    )
    right = np.vstack([np.sqrt(share)[:, None] * Y, np.zeros((dim, 2))])
    solution = np.linalg.lstsq(left, right)[0]

    ridge = fit_ridge(X, Y, l2=0.3, row_weights=weights if weighted else None)

    expected = Z @ solution[:-1] + solution[-1]
    np.testing.assert_allclose(ridge.predict(X), expected, atol=1e-5)


def test_a_column_that_never_varies_has_no_weight(rng: np.random.Generator) -> None:
    X = rng.normal(size=(20, 3))
    X[:, 1] = 7.3

    ridge = fit_ridge(X, X[:, :1], l2=0.01)

    assert ridge.weights[1, 0] == 0
    assert np.isfinite(ridge.weights).all()


def test_features_of_another_dimension_are_refused(rng: np.random.Generator) -> None:
    ridge = fit_ridge(rng.normal(size=(9, 3)), rng.normal(size=(9, 1)), l2=1)

    with pytest.raises(ShapeError, match="fitted on 3 feature dimensions; these have 4"):
        ridge.predict(np.zeros((2, 4)))
    with pytest.raises(ShapeError, match="NaN"):
        ridge.predict(np.full((2, 3), np.nan))
    with pytest.raises(ShapeError, match="needs rows"):
        fit_ridge(np.zeros((0, 3)), np.zeros((0, 1)), l2=1)
