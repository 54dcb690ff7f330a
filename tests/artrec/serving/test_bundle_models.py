"""Every model that can be served, and those that cannot."""

from __future__ import annotations

from typing import Any

import pytest

from artrec.errors import UnsupportedError
from artrec.models.als import ALS, ALSConfig
from artrec.models.base import ProfileModel
from artrec.models.curatornet import CuratorNet, CuratorNetConfig
from artrec.models.ease import EASE
from artrec.models.export import export
from artrec.models.factor_regression import FactorRegression, FactorRegressionConfig
from artrec.models.item_knn import ItemKNN
from artrec.models.popularity import Popularity
from artrec.models.random_order import Random
from artrec.models.visrank import VisRank, VisRankConfig
from artrec.models.visual_popularity import VisualPopularity
from artrec.sampling import SamplingConfig
from artrec.training import TrainingConfig
from tests.contracts.serving import ServingContract
from tests.contracts.worlds import checkerboard


class TestPopularity(ServingContract):
    model = Popularity


class TestVisualPopularity(ServingContract):
    model = VisualPopularity


class TestVisRankMaximum(ServingContract):
    model = VisRank


class TestVisRankAverage(ServingContract):
    model = VisRank
    config = VisRankConfig(top=0)


class TestVisRankTopThree(ServingContract):
    model = VisRank
    config = VisRankConfig(top=3)


class TestALS(ServingContract):
    model = ALS
    config = ALSConfig(factors=4, alpha=3.0, l2=0.7, sweeps=8)


class TestFactorRegression(ServingContract):
    model = FactorRegression
    config = FactorRegressionConfig(factors=4, alpha=3.0, sweeps=8, ridge_l2=0.01)


class TestCuratorNet(ServingContract):
    model = CuratorNet
    config = CuratorNetConfig(
        item_layers=(12, 8),
        user_layers=(16, 8),
        sampling=SamplingConfig(mode="random"),
        training=TrainingConfig(epochs=4, batch=256),
    )


REFUSED: list[tuple[type[ProfileModel], Any]] = [
    (EASE, None),
    (ItemKNN, None),
    (Random, None),
    (VisRank, VisRankConfig(weights={"deep": 1.0, "artist": 1.0})),
]


@pytest.mark.parametrize(("model", "config"), REFUSED)
def test_models_without_item_vectors_or_head_are_refused(
    model: type[ProfileModel], config: Any
) -> None:
    fitted = model.fit(checkerboard().data, config)

    with pytest.raises(UnsupportedError, match=f"{model.name} with these settings"):
        export(fitted)
