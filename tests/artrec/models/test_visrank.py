"""VisRank against loops, and against the module that serves it."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.errors import ConfigError, ShapeError
from artrec.models import visrank
from artrec.models.contract import Content, TrainingData
from artrec.models.visrank import VisRank, VisRankConfig
from artrec.serving import visrank as serving
from tests.contracts.recommender import EVEN, RecommenderContract
from tests.contracts.worlds import ITEMS, World, checkerboard


class TestMaximum(RecommenderContract):
    model = VisRank
    # Six of the world's eight dimensions are noise, which standardising would blow up.
    config = VisRankConfig(scaling="raw")
    learns = "taste"


class TestAverage(RecommenderContract):
    model = VisRank
    config = VisRankConfig(top=0, scaling="raw")
    learns = "taste"


class TestHybrid(RecommenderContract):
    model = VisRank
    config = VisRankConfig(top=2, weights={"deep": 3, "artist": 1}, scaling="raw")
    learns = "taste"


@pytest.mark.parametrize("top", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("rows_at_once", [1, 1024])
def test_scores_are_those_of_a_loop_and_of_the_serving_module(
    top: int, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visrank, "_ROWS_AT_ONCE", rows_at_once)
    world = checkerboard()
    looks = world.data.content.features["deep"].astype(float)
    unit = looks / np.linalg.norm(looks, axis=1, keepdims=True)
    users = np.array([3, 11, 4])
    model = VisRank.fit(world.data, VisRankConfig(top=top, scaling="raw"))

    scores = model.scorer(world.split.history)(users)

    for user, row in zip(users, scores, strict=True):
        profile = world.split.history.history(user)
        count = min(top or len(profile), len(profile))
        expected = [
            np.mean(sorted(unit[item] @ unit[other] for other in profile)[-count:])
            for item in range(ITEMS)
        ]
        served = serving.score(model.vectors, model.vectors[profile], top=count)
        np.testing.assert_allclose(row, expected, atol=1e-5)
        np.testing.assert_allclose(row, served.values, atol=1e-5)


def test_families_are_standardised_and_summed_by_weight() -> None:
    world = checkerboard()
    second = np.random.default_rng(1).normal(size=(ITEMS, 3)).astype(np.float32)
    content = Content(
        {"deep": world.data.content.features["deep"], "lbp": second}, world.data.content.artists
    )
    data = TrainingData(world.split.train, content)

    def alone(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        scores = VisRank.fit(data, VisRankConfig(weights={name: 1})).score(EVEN)
        return np.asarray((scores - scores.mean()) / scores.std())

    mixed = VisRank.fit(data, VisRankConfig(weights={"artist": 1, "deep": 5, "lbp": 2}))

    expected = (alone("artist") + 5 * alone("deep") + 2 * alone("lbp")) / 8
    np.testing.assert_allclose(mixed.score(EVEN), expected, atol=1e-5)


def test_the_favourite_artist_is_the_share_of_the_profile() -> None:
    world = checkerboard()
    artists = np.full(ITEMS, -1)
    artists[[0, 4, 7]], artists[[10, 8]] = 2, 0
    data = TrainingData(world.split.train, Content(artists=artists))

    scores = VisRank.fit(data, VisRankConfig(weights={"artist": 1})).score([0, 4, 10, 20])

    # Item 20 of the profile has no known artist: it counts in the share, and for nobody.
    assert scores[[7, 8, 1, 21]].tolist() == [0.5, 0.25, 0, 0]


def test_one_family_without_weight_is_left_out() -> None:
    world = checkerboard()

    model = VisRank.fit(world.data, VisRankConfig(weights={"deep": 2, "artist": 0}))

    np.testing.assert_array_equal(model.score(EVEN), VisRank.fit(world.data).score(EVEN))


def test_an_item_without_any_feature_is_like_none() -> None:
    world = checkerboard()
    looks = world.data.content.features["deep"].copy()
    looks[5] = 0
    data = TrainingData(world.split.train, Content({"deep": looks}))

    assert VisRank.fit(data, VisRankConfig(scaling="raw")).score([1, 3])[5] == 0


def test_standardising_is_the_cosine_of_deviations_from_the_catalogue() -> None:
    world = checkerboard()
    looks = world.data.content.features["deep"].astype(float)
    standard = (looks - looks.mean(axis=0)) / looks.std(axis=0)
    unit = standard / np.linalg.norm(standard, axis=1, keepdims=True)

    model = VisRank.fit(world.data, VisRankConfig(top=0))

    np.testing.assert_allclose(model.score(EVEN), (unit @ unit[EVEN].T).mean(axis=1), atol=1e-5)
    np.testing.assert_allclose(
        model.with_items(world.data.content).vectors[ITEMS:], model.vectors, atol=1e-6
    )


def test_families_that_are_missing_are_named() -> None:
    world = checkerboard()
    bare = TrainingData(world.split.train)
    looks = TrainingData(world.split.train, Content(world.data.content.features))

    with pytest.raises(ConfigError, match=r"'lbp'.*'deep'"):
        VisRank.fit(world.data, VisRankConfig(weights={"lbp": 1}))
    with pytest.raises(ConfigError, match="no artists are given"):
        VisRank.fit(looks, VisRankConfig(weights={"artist": 1}))
    with pytest.raises(ShapeError, match="at least one family"):
        VisRank.fit(bare)


def test_new_items_need_features_of_the_same_dimension() -> None:
    model = VisRank.fit(checkerboard().data)

    with pytest.raises(ShapeError, match="differ in dimension"):
        model.with_items(Content({"deep": np.ones((2, 5), dtype=np.float32)}))


@pytest.mark.parametrize("weights", [{"deep": -1.0}, {"deep": 0.0}, {"deep": np.nan}])
def test_weights_out_of_range_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="weights must be 0 or more"):
        VisRankConfig(weights=weights)


def test_a_world_of_one_cluster_does_not_divide_by_zero() -> None:
    world: World = checkerboard()
    same = Content(
        {"deep": np.ones((ITEMS, 4), dtype=np.float32)}, artists=world.data.content.artists
    )
    config = VisRankConfig(weights={"deep": 1, "artist": 1}, scaling="raw")

    scores = VisRank.fit(TrainingData(world.split.train, same), config).score(EVEN)

    assert np.isfinite(scores).all()
    assert scores.std() == pytest.approx(0.5, abs=1e-5)  # only the artist's half speaks
