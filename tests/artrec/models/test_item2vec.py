"""item2vec: the contract, what is drawn, and who ends near whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from artrec.data.sessions import visits_of
from artrec.errors import ConfigError, DataError
from artrec.models.contract import TrainingData
from artrec.models.item2vec import Item2Vec, Item2VecConfig, pairs, subsampled
from tests.artrec.models.visit_worlds import log_of
from tests.contracts.recommender import RecommenderContract

SETTINGS = Item2VecConfig(dim=8, batch=64, rho=0.0)


class TestItem2Vec(RecommenderContract):
    model = Item2Vec
    config = SETTINGS
    learns = "taste"


def rooms(seed: int = 0) -> list[list[int]]:
    """Visits that stay in one of four rooms of five items each; item 20 is in no visit."""
    rng = np.random.default_rng(seed)
    return [(5 * rng.integers(4) + rng.permutation(5)[:4]).tolist() for _ in range(200)]


@pytest.mark.parametrize("window", [None, 1], ids=["item2vec", "prod2vec"])
def test_items_of_one_room_are_alike_and_unit_vectors_say_so(window: int | None) -> None:
    model = Item2Vec.fit(TrainingData(log_of(rooms(), 21)), replace(SETTINGS, window=window))

    cosines = model.vectors[:20] @ model.vectors[:20].T
    room = np.arange(20) // 5
    same = room[:, None] == room
    assert cosines[same].min() > cosines[~same].max()
    np.testing.assert_allclose(np.linalg.norm(model.vectors[:20], axis=1), 1, atol=1e-5)
    assert not model.vectors[20].any()
    assert set(model.similar_items(7, 4).items) == {5, 6, 8, 9}


def test_pairs_come_from_the_whole_visit_or_the_window_but_never_the_event_itself() -> None:
    visits = visits_of(log_of([[0, 1, 2, 3, 4], [5], [6, 7], [8, 9, 8]], 10))
    rng = np.random.default_rng(0)

    whole = set(zip(*pairs(visits, replace(SETTINGS, contexts=200), rng), strict=True))
    near = set(zip(*pairs(visits, replace(SETTINGS, contexts=200, window=1), rng), strict=True))

    first = {(a, b) for a in range(5) for b in range(5) if a != b}
    others = {(6, 7), (7, 6), (8, 9), (9, 8)}
    assert whole == first | others
    assert near == {(a, b) for a, b in first if abs(a - b) == 1} | others


def test_every_event_draws_as_many_contexts_whatever_the_length_of_its_visit() -> None:
    visits = visits_of(log_of([list(range(10)), [10, 11]], 12))

    targets, contexts = pairs(visits, SETTINGS, np.random.default_rng(0))

    assert np.bincount(targets).tolist() == [SETTINGS.contexts] * 12
    assert len(contexts) == len(targets)


def test_frequent_items_are_left_out_by_the_published_chance() -> None:
    visits = visits_of(log_of([[0, 1 + place % 100] for place in range(2000)], 101))
    rng = np.random.default_rng(0)

    kept = np.mean([subsampled(visits, 1e-3, rng).item_counts for _ in range(20)], axis=0)

    # Item 0 has a share of 1/2; the others have 1/200.
    assert kept[0] / 2000 == pytest.approx((1e-3 / 0.5) ** 0.5, rel=0.05)
    assert kept[1:].sum() / 2000 == pytest.approx((1e-3 * 200) ** 0.5, rel=0.05)
    assert subsampled(visits, 0.0, rng) is visits
    assert len(subsampled(visits, 0.9, rng).items) == len(visits.items)


def test_settings_out_of_range_and_visits_of_one_item_are_refused() -> None:
    for wrong in ({"dim": 0}, {"window": 0}, {"rho": 1.0}, {"lr": 0.0}, {"negatives": 0}):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            Item2VecConfig(**wrong)
    with pytest.raises(DataError, match="two items"):
        Item2Vec.fit(TrainingData(log_of([[1], [2]], 3)))
