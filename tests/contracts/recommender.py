"""What every recommender must hold. A model's test inherits it and adds its own numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest

from artrec.data import Interactions
from artrec.errors import BundleError, ConfigError, ShapeError, UnsupportedError
from artrec.evaluation.evaluate import evaluate
from artrec.evaluation.protocols import from_split
from artrec.models import registry
from artrec.models.base import ProfileModel
from artrec.models.contract import Content, TrainingData
from tests.contracts.worlds import ITEMS, NEW, World, checkerboard

EVEN = [0, 4, 10]
"""A profile of the even camp that no user of the world has."""


class RecommenderContract:
    """Set `model`, and `learns`: what the model can know of the checkerboard."""

    model: ClassVar[type[ProfileModel]]
    config: ClassVar[Any] = None
    learns: ClassVar[Literal["taste", "popularity", "nothing"]]

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> World:
        return checkerboard()

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, world: World) -> ProfileModel:
        return cls.model.fit(world.data, cls.config)

    def test_finds_what_users_chose_better_than_chance(
        self, world: World, fitted: ProfileModel
    ) -> None:
        task = from_split(world.split)

        auc = evaluate("model", fitted.scorer(world.split.history), task).means()["auc"]

        low, high = {"taste": (0.8, 1.0), "popularity": (0.6, 0.9), "nothing": (0.4, 0.6)}[
            self.learns
        ]
        assert low < auc <= high

    def test_a_profile_it_never_saw_gets_items_of_its_camp(self, fitted: ProfileModel) -> None:
        ranked = fitted.recommend(EVEN, 5)

        assert len(set(ranked.items.tolist()) - set(EVEN)) == 5
        assert np.all(np.diff(ranked.scores) <= 0)
        if self.learns == "taste":
            assert np.all(ranked.items % 2 == 0)

    def test_a_block_of_users_scores_as_each_alone(
        self, world: World, fitted: ProfileModel
    ) -> None:
        users = np.array([7, 0, 33, 7])

        together = fitted.scorer(world.split.history)(users)

        alone = [fitted.score(world.split.history.history(user)) for user in users]
        assert together.shape == (4, ITEMS)
        assert together.dtype == np.float32
        np.testing.assert_allclose(together, np.stack(alone), rtol=1e-5, atol=1e-6)

    def test_scores_of_candidates_are_those_of_the_catalogue(self, fitted: ProfileModel) -> None:
        some = fitted.score(EVEN, [5, 1, 5])

        np.testing.assert_array_equal(some, fitted.score(EVEN)[[5, 1, 5]])

    def test_choosing_again_changes_nothing(self, fitted: ProfileModel) -> None:
        np.testing.assert_array_equal(fitted.score([4, 0, 4, 10]), fitted.score([0, 4, 10]))

    def test_the_same_data_give_the_same_model(self, world: World, fitted: ProfileModel) -> None:
        again = self.model.fit(world.data, self.config)

        np.testing.assert_array_equal(again.score(EVEN), fitted.score(EVEN))

    def test_only_what_is_excluded_is_left_out(self, fitted: ProfileModel) -> None:
        everything = fitted.recommend(EVEN, 99, exclude=[])
        rest = fitted.recommend(EVEN, 99, exclude=[1, 3])

        assert sorted(everything.items) == list(range(ITEMS))
        assert set(everything.items) - set(rest.items) == {1, 3}

    def test_equal_scores_are_ordered_by_row(self, fitted: ProfileModel) -> None:
        scores = fitted.score(EVEN)

        ranked = fitted.recommend(EVEN, ITEMS, exclude=[]).items

        assert ranked.tolist() == sorted(range(ITEMS), key=lambda row: (-scores[row], row))

    def test_vectors_give_the_scores_or_are_refused(self, fitted: ProfileModel) -> None:
        if not fitted.supports.item_vectors:
            with pytest.raises(UnsupportedError, match="score"):
                fitted.item_vectors()
            with pytest.raises(UnsupportedError, match="score"):
                fitted.user_vector(EVEN)
            return

        vectors, user = fitted.item_vectors(), fitted.user_vector(EVEN)

        assert vectors.dtype == user.dtype == np.float32
        products = vectors @ np.atleast_2d(user).T  # (N, 1), or (N, P) with a maximum over P
        np.testing.assert_allclose(products.max(axis=1), fitted.score(EVEN), rtol=1e-4, atol=1e-5)

    def test_new_items_are_scored_or_refused(self, world: World, fitted: ProfileModel) -> None:
        if not fitted.supports.new_items:
            with pytest.raises(UnsupportedError, match="who chose it"):
                fitted.with_items(world.new)
            return

        longer = fitted.with_items(world.new)

        scores = longer.score(EVEN)
        assert scores.shape == (ITEMS + NEW,)
        if fitted.supports.item_vectors:
            np.testing.assert_allclose(scores[:ITEMS], fitted.score(EVEN), rtol=1e-5, atol=1e-6)
            np.testing.assert_array_equal(
                fitted.item_vectors(world.new), longer.item_vectors()[ITEMS:]
            )
        if self.learns == "taste":
            assert scores[ITEMS::2].min() > scores[ITEMS + 1 :: 2].max()
            assert np.all(longer.recommend([ITEMS + 1], 5).items % 2 == 1)

    def test_somebody_without_choices_is_served_or_refused(self, fitted: ProfileModel) -> None:
        if fitted.supports.empty_profile:
            assert len(fitted.recommend([], 5).items) == 5
        else:
            with pytest.raises(UnsupportedError, match="at least one"):
                fitted.recommend([], 5)

    def test_similar_items_are_of_the_same_camp_or_refused(self, fitted: ProfileModel) -> None:
        if not fitted.supports.similar_items:
            with pytest.raises(UnsupportedError, match="alike"):
                fitted.similar_items(3, 5)
            return

        ranked = fitted.similar_items(3, 5)

        assert 3 not in ranked.items
        assert np.all(ranked.items % 2 == 1)

    def test_a_saved_model_comes_back_the_same(self, fitted: ProfileModel, tmp_path: Path) -> None:
        path = tmp_path / "model.npz"

        fitted.save(path)

        for loaded in (self.model.load(path), registry.load_model(path)):
            assert loaded.supports == fitted.supports
            np.testing.assert_array_equal(loaded.score(EVEN), fitted.score(EVEN))
        assert [each.name for each in tmp_path.iterdir()] == ["model.npz"]

    def test_damaged_and_foreign_files_are_refused(
        self, fitted: ProfileModel, tmp_path: Path
    ) -> None:
        path, cut, foreign = (tmp_path / name for name in ("model", "cut", "foreign"))
        fitted.save(path)
        cut.write_bytes(path.read_bytes()[:-40])
        with foreign.open("wb") as file:
            np.savez(file, vectors=np.zeros((3, 2), dtype=np.float32))

        for wrong in (cut, foreign, tmp_path / "missing"):
            with pytest.raises(BundleError, match=wrong.name):
                self.model.load(wrong)

    def test_rows_out_of_the_catalogue_are_refused(self, fitted: ProfileModel) -> None:
        for wrong in ([ITEMS], [-1], [0.5], [[1, 2]]):
            with pytest.raises(ShapeError, match="item rows"):
                fitted.score(wrong)
            with pytest.raises(ShapeError, match="item rows"):
                fitted.score(EVEN, wrong)

    def test_a_history_over_other_items_is_refused(self, fitted: ProfileModel) -> None:
        other = Interactions.build([0], [0], user_ids=["u"], item_ids=["i"])

        with pytest.raises(ShapeError, match="1 items"):
            fitted.scorer(other)

    def test_less_than_one_recommendation_is_refused(self, fitted: ProfileModel) -> None:
        with pytest.raises(ConfigError, match="at least 1"):
            fitted.recommend(EVEN, 0)

    def test_a_user_who_never_came_scores_by_the_profile_given(
        self, world: World, fitted: ProfileModel
    ) -> None:
        history = Interactions.build(
            [0, 0, 0], EVEN, user_ids=["stranger"], item_ids=world.split.train.item_ids
        )

        np.testing.assert_allclose(
            fitted.scorer(history)(np.array([0]))[0], fitted.score(EVEN), rtol=1e-5, atol=1e-6
        )

    def test_nan_in_features_is_refused_with_its_row(self, world: World) -> None:
        features = world.data.content.features["deep"].copy()
        features[3, 2] = np.nan

        with pytest.raises(ShapeError, match="first is row 3"):
            self.model.fit(
                TrainingData(world.split.train, Content({"deep": features})), self.config
            )

    def test_content_of_other_items_is_refused(self, world: World) -> None:
        with pytest.raises(ShapeError, match=f"{NEW} items"):
            self.model.fit(TrainingData(world.split.train, world.new), self.config)
