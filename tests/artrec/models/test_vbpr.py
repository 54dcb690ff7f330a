"""VBPR: the contract, new works, works nobody chose, presets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.models.contract import Content, TrainingData
from artrec.models.vbpr import VBPR, VBPRConfig
from artrec.training.config import TrainingConfig
from tests.artrec.models.fold_in_cases import FoldInCases
from tests.contracts.worlds import NEW, World, checkerboard

TRAINING = TrainingConfig(batch=256, lr=2e-2, l2=1e-2, epochs=40, validation="none")
SETTINGS = VBPRConfig(latent_dim=1, visual_dim=3, known_users="fold-in", training=TRAINING)


class TestVBPR(FoldInCases):
    model = VBPR
    config = SETTINGS
    learns = "taste"

    def test_a_new_work_is_scored_by_its_looks_alone(self, world: World, fitted: VBPR) -> None:
        vectors = fitted.item_vectors(world.new)

        centred = world.new.features["deep"] - fitted.input_mean
        looks = centred @ fitted.input_weights @ fitted.projection
        assert vectors.shape == (NEW, 1 + 3 + 1)
        assert not vectors[:, 0].any()
        np.testing.assert_allclose(vectors[:, 1:-1], looks[:, :-1], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(
            vectors[:, -1], looks[:, -1] + fitted.usual_bias, rtol=1e-4, atol=1e-5
        )

    def test_works_nobody_chose_have_their_looks_and_one_bias(
        self, world: World, fitted: VBPR
    ) -> None:
        unchosen = fitted.item_vectors()[-2:]
        last = Content({"deep": world.data.content.features["deep"][-2:]})

        difference = unchosen - fitted.item_vectors(last)

        np.testing.assert_allclose(difference[:, :-1], 0, atol=1e-5)
        # As negatives only, they have learned to be chosen less than a new work may hope for.
        np.testing.assert_allclose(difference[0, -1], difference[1, -1], rtol=1e-3)
        assert difference[0, -1] < -0.1

    def test_features_of_another_width_are_refused(self, world: World, fitted: VBPR) -> None:
        narrow = Content({"deep": world.new.features["deep"][:, :-1]})

        with pytest.raises(ShapeError, match="7 dimensions"):
            fitted.with_items(narrow)

    def test_arrays_that_do_not_fit_the_settings_are_refused(self, fitted: VBPR) -> None:
        with pytest.raises(ShapeError, match="projection must be"):
            replace(fitted, projection=fitted.projection[:, :-1])
        with pytest.raises(ShapeError, match="do not fit the settings"):
            replace(fitted, config=replace(SETTINGS, latent_dim=4))


def test_a_model_without_features_to_learn_from_is_refused() -> None:
    world = checkerboard()

    with pytest.raises(ShapeError, match="features"):
        VBPR.fit(TrainingData(world.split.train, Content()), SETTINGS)


def test_validation_on_hidden_works_keeps_them_without_latent_factors() -> None:
    world = checkerboard()
    hiding = replace(TRAINING, epochs=2, validation="cold-items", validation_share=0.25)

    model = VBPR.fit(world.data, replace(SETTINGS, training=hiding))

    # 38 works were chosen, a quarter was held out of the training, two were chosen by nobody.
    untrained = model.vectors[:, 0] == 0
    assert np.count_nonzero(untrained) == round(0.25 * 38) + 2
    assert untrained[-2:].all()


def test_presets_are_what_was_published() -> None:
    world = checkerboard()
    paper, tutorial = VBPRConfig.paper(), VBPRConfig.tutorial()

    for preset in (paper, tutorial):
        short = replace(preset.training, epochs=1, batch=256)
        VBPR.fit(world.data, replace(preset, training=short))

    assert (paper.latent_dim, paper.visual_dim, paper.visual_l2) == (10, 10, 0)
    assert (paper.scaling, paper.training.loss) == ("raw", "bpr")
    assert (tutorial.latent_dim, tutorial.visual_dim) == (200, 100)
    assert (tutorial.scaling, tutorial.init) == ("raw", "xavier")
    assert tutorial.training.reduction == "sum"
    assert tutorial.training.weight_decay == 1e-4
    assert tutorial.training.batch == 42_000
    assert tutorial.training.lr == 1e-3
    assert tutorial.training.l2 == 0
