"""ItemKNN against the cosine written out."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.data.matrix import to_matrix
from artrec.errors import ConfigError
from artrec.models import item_knn
from artrec.models.item_knn import ItemKNN, ItemKNNConfig
from tests.contracts.recommender import RecommenderContract
from tests.contracts.worlds import checkerboard


class TestItemKNN(RecommenderContract):
    model = ItemKNN
    learns = "taste"


@pytest.mark.parametrize("block", [7, 1024])
def test_scores_are_sums_of_the_nearest_shrunk_cosines(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_knn, "_BLOCK", block)
    data = checkerboard().data
    chosen = to_matrix(data.interactions).toarray().astype(float)
    profile = [0, 1, 6]
    counts = chosen.sum(axis=0)
    expected = []
    for item in range(chosen.shape[1]):
        cosines = {
            other: (chosen[:, item] @ chosen[:, other])
            / (np.sqrt(counts[item] * counts[other]) + 5)
            for other in range(chosen.shape[1])
            if other != item
        }
        nearest = sorted(cosines, key=lambda other: (-round(cosines[other], 6), other))[:4]
        expected.append(sum(cosines[other] for other in nearest if other in profile))

    scores = ItemKNN.fit(data, ItemKNNConfig(neighbours=4, shrinkage=5)).score(profile)

    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ConfigError, match="neighbours must be at least 1"):
        ItemKNNConfig(neighbours=0)
    with pytest.raises(ConfigError, match="shrinkage"):
        ItemKNNConfig(shrinkage=-1)
