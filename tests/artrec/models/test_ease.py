"""EASE against its defining problem, solved column by column."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.data.matrix import to_matrix
from artrec.errors import ConfigError
from artrec.models.ease import EASE, EASEConfig
from tests.contracts.recommender import RecommenderContract
from tests.contracts.worlds import ITEMS, checkerboard


class TestEASE(RecommenderContract):
    model = EASE
    config = EASEConfig(l2=5)
    learns = "taste"


def test_every_column_is_the_ridge_regression_on_the_other_items() -> None:
    # Without its own row, column j is an ordinary ridge: the constraint diag(B) = 0 written out.
    data = checkerboard().data
    chosen = to_matrix(data.interactions).toarray().astype(float)
    expected = np.zeros((ITEMS, ITEMS))
    for item in range(ITEMS):
        others = np.arange(ITEMS) != item
        X = chosen[:, others]
        inverse = np.linalg.inv(X.T @ X + 3.0 * np.eye(ITEMS - 1))
        expected[others, item] = inverse @ X.T @ chosen[:, item]

    model = EASE.fit(data, EASEConfig(l2=3.0))

    for profile in ([2], [5, 8, 9], [ITEMS - 1]):
        np.testing.assert_allclose(
            model.score(profile), expected[profile].sum(axis=0), rtol=1e-4, atol=1e-6
        )


def test_too_many_items_are_refused_with_a_way_out() -> None:
    with pytest.raises(ConfigError, match=r"38 items.*k_core"):
        EASE.fit(checkerboard().data, EASEConfig(max_items=37))


def test_a_penalty_of_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="l2 must be above 0"):
        EASEConfig(l2=0)
