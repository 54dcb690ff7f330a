"""Random is arbitrary, and differs between profiles."""

from __future__ import annotations

from artrec.models.random_order import Random, RandomConfig
from tests.contracts.recommender import RecommenderContract
from tests.contracts.worlds import checkerboard


class TestRandom(RecommenderContract):
    model = Random
    learns = "nothing"


def test_two_profiles_and_two_seeds_get_different_orders() -> None:
    data = checkerboard().data

    first = Random.fit(data).recommend([1], 20, exclude=[]).items
    other_profile = Random.fit(data).recommend([2], 20, exclude=[]).items
    other_seed = Random.fit(data, RandomConfig(seed=1)).recommend([1], 20, exclude=[]).items

    assert first.tolist() != other_profile.tolist()
    assert first.tolist() != other_seed.tolist()
