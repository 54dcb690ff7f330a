"""DVBPR: the contract from pixels, new works by their looks, settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from artrec.errors import BundleError, ConfigError, ShapeError, UnsupportedError, WeightsError
from artrec.models import files
from artrec.models.contract import Content, TrainingData
from artrec.models.dvbpr import DVBPR
from artrec.models.dvbpr_config import DVBPRConfig
from artrec.sampling import SamplingConfig
from artrec.training.config import TrainingConfig
from tests.artrec.models.fold_in_cases import FoldInCases
from tests.contracts.recommender import EVEN
from tests.contracts.worlds import ITEMS, NEW, World, checkerboard, with_pictures

TRAINING = TrainingConfig(
    loss="sampled-softmax",
    in_batch=True,
    batch=128,
    sampled=8,
    lr=5e-3,
    l2=1e-2,
    epochs=6,
    validation="none",
)
SETTINGS = DVBPRConfig(
    visual_dim=4,
    latent_dim=2,
    bias=True,
    cnn_l2=1e-3,
    user_l2=1.0,
    known_users="fold-in",
    fold_in_l2=0.01,
    training=TRAINING,
)


class TestDVBPR(FoldInCases):
    model = DVBPR
    config = SETTINGS
    learns = "taste"

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> World:
        return with_pictures(checkerboard())

    def test_a_new_work_is_scored_by_its_looks_alone(self, world: World, fitted: DVBPR) -> None:
        vectors = fitted.item_vectors(world.new)

        tower = fitted.tower().eval()
        with torch.no_grad():
            looks = tower(torch.from_numpy(world.new.pixels)).numpy()
        assert vectors.shape == (NEW, 4 + 2 + 1)
        np.testing.assert_allclose(vectors[:, :4], looks, rtol=1e-4, atol=1e-5)
        assert not vectors[:, 4:6].any()
        np.testing.assert_array_equal(vectors[:, 6], fitted.usual_bias.repeat(NEW))

    def test_a_work_nobody_chose_scores_as_a_new_one_with_its_picture(
        self, world: World, fitted: DVBPR
    ) -> None:
        assert world.data.content.pixels is not None
        last = Content(pixels=world.data.content.pixels[-2:])

        np.testing.assert_allclose(
            fitted.item_vectors(last), fitted.item_vectors()[-2:], rtol=1e-4, atol=1e-5
        )

    def test_a_loaded_model_scores_new_works_the_same(
        self, world: World, fitted: DVBPR, tmp_path: Path
    ) -> None:
        fitted.save(tmp_path / "model")

        loaded = DVBPR.load(tmp_path / "model")

        assert loaded.config == fitted.config
        np.testing.assert_array_equal(
            loaded.item_vectors(world.new), fitted.item_vectors(world.new)
        )

    def test_pictures_of_another_size_are_refused(self, fitted: DVBPR) -> None:
        other = Content(pixels=np.zeros((2, 20, 20, 3), dtype=np.uint8))

        with pytest.raises(ShapeError, match=r"20 x 20 pixels; this model takes 16 x 16"):
            fitted.with_items(other)

    def test_weights_that_do_not_fit_the_network_are_refused(
        self, world: World, fitted: DVBPR
    ) -> None:
        cut = replace(fitted, parameters=fitted.parameters[:-1])

        with pytest.raises(ShapeError, match="do not fit the network"):
            cut.item_vectors(world.new)


def world() -> World:
    return with_pictures(checkerboard())


def test_users_of_the_training_score_by_their_trained_vectors() -> None:
    toy = world()
    fitted = DVBPR.fit(toy.data, replace(SETTINGS, known_users="trained"))

    scores = fitted.scorer(toy.split.history)(np.array([7]))

    assert fitted.users.shape == (60, 7)
    np.testing.assert_allclose(scores[0], fitted.vectors @ fitted.users[7], rtol=1e-5)


@pytest.mark.parametrize(
    "training",
    [
        replace(TRAINING, loss="bpr", negatives=4),
        replace(TRAINING, loss="bpr", in_batch=False, epochs=8),
        replace(TRAINING, loss="sampled-softmax", in_batch=False, target_share=1.0, batch=8),
        replace(TRAINING, validation="last-item", refit=True, epochs=4),
    ],
    ids=["bpr-in-batch", "bpr-triplets", "softmax-by-user", "validated-and-refitted"],
)
def test_tastes_are_learnt_in_other_ways_too(training: TrainingConfig) -> None:
    toy = world()

    fitted = DVBPR.fit(toy.data, replace(SETTINGS, training=training))

    assert np.all(fitted.recommend(EVEN, 5).items % 2 == 0)


def test_without_biases_nothing_is_known_of_an_empty_profile() -> None:
    toy = world()
    fitted = DVBPR.fit(toy.data, replace(SETTINGS, bias=False, latent_dim=0))

    assert not fitted.supports.empty_profile
    assert not fitted.vectors[:, -1].any()
    with pytest.raises(UnsupportedError, match="at least one"):
        fitted.recommend([], 3)


def test_a_model_kept_without_its_network_refuses_new_works(tmp_path: Path) -> None:
    toy = world()
    fitted = DVBPR.fit(toy.data, replace(SETTINGS, keep_network=False))
    fitted.save(tmp_path / "model")

    loaded = DVBPR.load(tmp_path / "model")

    assert not loaded.supports.new_items
    assert len(loaded.recommend(EVEN, 5).items) == 5
    with pytest.raises(UnsupportedError, match="who chose it"):
        loaded.with_items(toy.new)


def test_pictures_are_read_from_disk_by_the_row(tmp_path: Path) -> None:
    toy = world()
    assert toy.data.content.pixels is not None
    np.save(tmp_path / "pixels.npy", toy.data.content.pixels)
    mapped = np.load(tmp_path / "pixels.npy", mmap_mode="r")
    data = TrainingData(toy.split.train, Content(pixels=mapped))

    fitted = DVBPR.fit(data, SETTINGS)

    np.testing.assert_array_equal(fitted.score(EVEN), DVBPR.fit(toy.data, SETTINGS).score(EVEN))


def test_a_backbone_is_trained_and_comes_back_from_its_file(tmp_path: Path) -> None:
    toy = with_pictures(checkerboard(), size=32)
    training = replace(TRAINING, epochs=2, batch=400)
    config = replace(
        SETTINGS, network="resnet18", pretrained=False, frozen_epochs=1, training=training
    )
    fitted = DVBPR.fit(toy.data, config)
    fitted.save(tmp_path / "model")

    loaded = DVBPR.load(tmp_path / "model")

    np.testing.assert_allclose(
        loaded.item_vectors(toy.data.content)[:, :4], fitted.vectors[:, :4], rtol=1e-3, atol=1e-4
    )


def test_missing_weights_of_a_backbone_are_named(tmp_path: Path) -> None:
    config = replace(SETTINGS, network="mobilenetv2_100", weights=str(tmp_path))

    with pytest.raises(WeightsError, match=r"mobilenetv2_100\.tf_in1k"):
        DVBPR.fit(world().data, config)


def test_the_published_settings_are_those_of_the_code() -> None:
    paper, tutorial = DVBPRConfig.paper(), DVBPRConfig.tutorial()

    assert (paper.network, paper.size, paper.visual_dim, paper.latent_dim) == ("cnn-f", 224, 100, 0)
    assert (paper.cnn_l2, paper.user_l2, paper.training.l2) == (1e-3, 1.0, 1.0)
    assert (paper.training.lr, paper.training.batch, paper.training.epochs) == (1e-4, 128, 20)
    assert paper.training.reduction == tutorial.training.reduction == "sum"
    assert (tutorial.network, tutorial.latent_dim, tutorial.user_penalty) == (
        "alexnet",
        100,
        "norm",
    )
    for config in (paper, tutorial):
        with pytest.raises(ShapeError, match="224 x 224"):
            DVBPR.fit(world().data, config)


def test_features_are_no_pictures() -> None:
    with pytest.raises(ShapeError, match=r"give Content\.pixels"):
        DVBPR.fit(checkerboard().data, SETTINGS)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((ITEMS, 8, 8), dtype=np.uint8),
        np.zeros((ITEMS, 8, 9, 3), dtype=np.uint8),
        np.zeros((ITEMS, 8, 8, 4), dtype=np.uint8),
        np.zeros((ITEMS, 8, 8, 3), dtype=np.float32),
    ],
    ids=["grey", "oblong", "alpha", "floats"],
)
def test_other_arrays_are_no_pixels(pixels: NDArray[Any]) -> None:
    with pytest.raises(ShapeError, match=r"\(N, S, S, 3\) bytes"):
        Content(pixels=pixels)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("network", "cnn-g"),
        ("init", "zero"),
        ("user_penalty", "none"),
        ("visual_dim", 0),
        ("latent_dim", -1),
        ("cnn_l2", -1.0),
        ("fold_in_l2", 0.0),
        ("size", 0),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=name):
        DVBPRConfig(**{name: value})


def test_profiles_of_nobody_are_refused_as_they_teach_nothing() -> None:
    training = replace(TRAINING, loss="bpr", in_batch=False)

    with pytest.raises(ConfigError, match="draw profiles of nobody"):
        DVBPRConfig(training=training, sampling=SamplingConfig(mode="paper"))


def test_a_file_with_vectors_of_another_width_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    DVBPR.fit(world().data, SETTINGS).save(path)
    header, arrays = files.read(path, "dvbpr")
    files.write(path, "dvbpr", {"config": header["config"] | {"visual_dim": 5}}, arrays)

    with pytest.raises(BundleError, match="do not fit the settings"):
        DVBPR.load(path)
