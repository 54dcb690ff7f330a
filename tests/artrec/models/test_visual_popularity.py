"""Visual popularity reads appeal from looks."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.models.contract import TrainingData
from artrec.models.visual_popularity import VisualPopularity, VisualPopularityConfig
from tests.contracts.recommender import RecommenderContract
from tests.contracts.worlds import World, checkerboard


class TestVisualPopularity(RecommenderContract):
    model = VisualPopularity
    config = VisualPopularityConfig(l2=0.01)
    learns = "popularity"

    def test_new_items_are_ordered_by_their_appeal(
        self, world: World, fitted: VisualPopularity
    ) -> None:
        scores = fitted.item_vectors(world.new)[:, 0]

        assert scores[:2].min() > scores[-2:].max()
        assert np.corrcoef(scores, np.linspace(1, 0, len(scores)))[0, 1] > 0.9


def test_a_model_that_looks_needs_something_to_look_at() -> None:
    with pytest.raises(ShapeError, match="at least one family"):
        VisualPopularity.fit(TrainingData(checkerboard().split.train))
