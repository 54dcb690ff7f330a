"""Popularity counts users."""

from __future__ import annotations

import numpy as np

from artrec.data import Interactions
from artrec.models.contract import TrainingData
from artrec.models.popularity import Popularity, PopularityConfig
from tests.contracts.recommender import RecommenderContract


class TestPopularity(RecommenderContract):
    model = Popularity
    learns = "popularity"


def test_a_user_who_chose_an_item_three_times_counts_once() -> None:
    events = Interactions.build(
        [0, 0, 0, 0, 1], [0, 0, 0, 1, 1], user_ids=["a", "b"], item_ids=["x", "y", "z"]
    )

    model = Popularity.fit(TrainingData(events))

    assert model.score([]).tolist() == [1, 2, 0]


def test_the_logarithm_keeps_the_order_and_evens_out_the_gaps() -> None:
    events = Interactions.build(
        [0, 0, 0, 1, 2, 2], [0, 1, 1, 1, 1, 3], user_ids=["a", "b", "c"], item_ids=list("wxyz")
    )

    model = Popularity.fit(TrainingData(events), PopularityConfig(log=True))

    np.testing.assert_allclose(model.score([]), np.log([2, 4, 1, 2]), rtol=1e-6)
