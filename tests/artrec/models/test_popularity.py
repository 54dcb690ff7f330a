"""Popularity counts users."""

from __future__ import annotations

from artrec.data import Interactions
from artrec.models.contract import TrainingData
from artrec.models.popularity import Popularity
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
