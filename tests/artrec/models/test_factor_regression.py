"""Factor regression ranks what nobody has chosen."""

from __future__ import annotations

import numpy as np

from artrec.models.als import ALS
from artrec.models.factor_regression import FactorRegression, FactorRegressionConfig
from artrec.models.ridge import fit_ridge
from tests.contracts.recommender import EVEN, RecommenderContract
from tests.contracts.worlds import World, checkerboard

SETTINGS = FactorRegressionConfig(factors=4, alpha=3.0, sweeps=8, ridge_l2=0.01)


class TestFactorRegression(RecommenderContract):
    model = FactorRegression
    config = SETTINGS
    learns = "taste"

    def test_users_are_those_of_als(self, world: World, fitted: FactorRegression) -> None:
        factors = ALS.fit(world.data, SETTINGS.als())

        np.testing.assert_allclose(fitted.user_vector(EVEN), factors.user_vector(EVEN), atol=1e-6)

    def test_items_nobody_chose_are_ranked_by_their_looks(self, fitted: FactorRegression) -> None:
        scores = fitted.score(EVEN)

        assert scores[-2] > scores[-1] + 0.1  # rows 38 and 39, an even and an odd one


def test_items_chosen_often_may_keep_their_own_factor() -> None:
    world = checkerboard()
    config = FactorRegressionConfig(factors=4, alpha=3.0, sweeps=8, keep_from=10)
    counts = world.split.train.item_counts
    factors = ALS.fit(world.data, config.als()).vectors
    often = counts >= 10

    vectors = FactorRegression.fit(world.data, config).item_vectors()

    assert 0 < often.sum() < len(often)
    np.testing.assert_array_equal(vectors[often], factors[often])
    assert np.all(np.abs(vectors[~often] - factors[~often]).max(axis=1) > 1e-6)


def test_an_item_counts_in_the_ridge_by_its_users() -> None:
    world = checkerboard()
    features = world.data.content.matrix()
    factors = ALS.fit(world.data, SETTINGS.als()).vectors
    counts = world.split.train.item_counts
    # The same as giving the row of an item once for each of its users.
    repeated = np.repeat(np.arange(len(counts)), counts)
    expected = fit_ridge(features[repeated], factors[repeated], l2=SETTINGS.ridge_l2)

    model = FactorRegression.fit(world.data, SETTINGS)

    np.testing.assert_allclose(model.vectors, expected.predict(features), rtol=1e-3, atol=1e-4)
