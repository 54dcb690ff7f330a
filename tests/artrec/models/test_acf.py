"""ACF learns a taste, and its NumPy form is the network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from artrec.data import Interactions
from artrec.errors import BundleError, ConfigError, ShapeError
from artrec.models.acf import ACF, ContentACF
from artrec.models.acf_config import ACFConfig, ContentACFConfig, tutorial
from artrec.models.acf_network import ACFNetwork
from artrec.models.contract import Content, Floats, Profiles, TrainingData
from artrec.models.profiles import profiles_of
from artrec.sampling import SamplingConfig
from artrec.training.batches import from_profiles
from artrec.training.config import TrainingConfig
from tests.contracts.recommender import EVEN, RecommenderContract
from tests.contracts.worlds import ITEMS, World, checkerboard

TRAINING = TrainingConfig(epochs=30, lr=0.02, batch=256, validation="none")
SAMPLING = SamplingConfig(mode="random", hide_positive=1.0)
SMALL = ACFConfig(
    dim=8, attention=8, user_dropout=0.5, training=TRAINING, sampling=SAMPLING
)  # fmt: skip
SMALL_CONTENT = ContentACFConfig(
    dim=8, attention=8, user_dropout=0.5, training=TRAINING, sampling=SAMPLING
)  # fmt: skip


class TestACF(RecommenderContract):
    model = ACF
    config = SMALL
    learns = "taste"


class TestContentACF(RecommenderContract):
    model = ContentACF
    config = SMALL_CONTENT
    learns = "taste"


VARIANTS = {
    "published": {},
    "tied": {"tied": True},
    "nobody": {"strangers": "zero"},
    "tutorial": {"tied": True, "add_user": "projected", "divide_by_dim": True, "init": "kaiming"},
    "divided": {"divide_by_dim": True},
    "content": {"items": "content"},
    "content, tied": {"items": "content", "tied": True},
    "content and table": {"items": "content", "residual": True, "divide_by_dim": True},
    "both, tied": {"items": "content", "residual": True, "tied": True},
}


@pytest.fixture(scope="module")
def maps() -> TrainingData:
    """The checkerboard, its pictures in three parts of which one shows the camp."""
    world = checkerboard()
    looks = world.data.content.matrix()
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(ITEMS, 3, looks.shape[1])).astype(np.float32)
    parts[np.arange(ITEMS), rng.integers(3, size=ITEMS)] += 5 * looks
    return TrainingData(world.split.train, Content({"map": parts}))


@pytest.mark.parametrize("variant", VARIANTS)
def test_numpy_scores_are_those_of_the_network(variant: str, maps: TrainingData) -> None:
    config = replace(_quick("trained"), **VARIANTS[variant])  # type: ignore[arg-type]
    network = _trained_by_hand(maps, config)
    log = maps.interactions
    model = ACF._export(network, maps, config)
    profiles = profiles_of(log).take(np.array([3, 0, 9]))

    strangers = model.scorer(_renamed(log, "new-"))(np.array([3, 0, 9]))
    known = model.scorer(log)(np.array([3, 0, 9]))

    torch_strangers = _network_scores(network, profiles, np.array([-1, -1, -1]))
    torch_known = _network_scores(network, profiles, np.array([3, 0, 9]))
    np.testing.assert_allclose(strangers, torch_strangers, atol=1e-5)
    np.testing.assert_allclose(known, torch_known, atol=1e-5)
    assert np.abs(known - strangers).max() > 1e-2  # users do make a difference


def test_known_users_come_back_from_a_file(maps: TrainingData, tmp_path: Path) -> None:
    model = ACF.fit(maps, _quick("trained"))
    model.save(tmp_path / "model")

    loaded = ACF.load(tmp_path / "model")

    users = np.arange(5)
    np.testing.assert_array_equal(
        loaded.scorer(maps.interactions)(users), model.scorer(maps.interactions)(users)
    )


def test_users_are_known_by_their_id_and_not_by_their_row(maps: TrainingData) -> None:
    model = ACF.fit(maps, _quick("trained"))
    log = maps.interactions
    swapped = Interactions.build(
        np.repeat([1, 0], [2, 2]),
        np.concatenate((log.history(0)[:2], log.history(1)[:2])),
        user_ids=["u1", "u0"],
        item_ids=log.item_ids,
    )
    straight = Interactions.build(
        np.repeat([0, 1], [2, 2]),
        np.concatenate((log.history(0)[:2], log.history(1)[:2])),
        user_ids=["u0", "u1"],
        item_ids=log.item_ids,
    )

    np.testing.assert_array_equal(
        model.scorer(swapped)(np.array([1, 0])), model.scorer(straight)(np.array([0, 1]))
    )


def test_a_model_of_strangers_holds_neither_users_nor_pictures(maps: TrainingData) -> None:
    model = ACF.fit(maps, _quick("as-strangers"))

    assert len(model.users) == len(model.user_ids) == len(model.parts) == 0
    np.testing.assert_array_equal(
        model.scorer(maps.interactions)(np.array([2]))[0],
        model.score(maps.interactions.history(2)),
    )


def test_an_index_needs_two_vectors_and_a_number_per_item(maps: TrainingData) -> None:
    model = ACF.fit(maps, _quick("as-strangers"))

    weights = np.exp(model.logits[EVEN] - model.logits[EVEN].max())
    query = model.stranger + weights / weights.sum() @ model.chosen[EVEN]

    np.testing.assert_allclose(model.user_vector(EVEN), query, atol=1e-6)


def test_without_a_mean_user_an_empty_profile_is_refused(maps: TrainingData) -> None:
    config = replace(_quick("as-strangers"), strangers="zero")

    assert not ACF.fit(maps, config).supports.empty_profile


def test_the_tutorial_can_be_fitted_and_saved(maps: TrainingData, tmp_path: Path) -> None:
    preset = tutorial()
    config = replace(preset, training=replace(preset.training, epochs=1))
    model = ACF.fit(maps, config)

    model.save(tmp_path / "model")

    assert ACF.load(tmp_path / "model").config == config
    attention = 3 * 128 * 128 + 2 * 128  # with pictures of 8 dimensions, W1x and W2x are narrower
    assert model.n_parameters == attention - 120 * 128 + (128 + 8) * 128 + 2 * 128


def test_files_that_do_not_fit_their_settings_are_refused(
    maps: TrainingData, tmp_path: Path
) -> None:
    model = ACF.fit(maps, _quick("as-strangers"))

    for wrong in ({"chosen": model.chosen[:3]}, {"stranger": model.stranger[:2]}):
        with pytest.raises(ShapeError, match="vectors do not fit"):
            replace(model, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match="ids differ"):
        replace(model, user_ids=np.array(["u"]))
    object.__setattr__(model, "parameters", model.parameters[:-1])
    model.save(tmp_path / "model")
    with pytest.raises(BundleError, match="parameters do not fit"):
        ACF.load(tmp_path / "model")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dim": 0}, "dim must be above 0"),
        ({"user_dropout": 1.5}, "user_dropout"),
        ({"items": "pictures"}, "items must be one of table, content"),
        ({"strangers": "first"}, "strangers must be one of mean, zero"),
        ({"add_user": "projected", "dim": 4}, "as many hidden units as dimensions"),
        ({"residual": True}, "set items to content"),
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ACFConfig(**wrong)  # type: ignore[arg-type]


def test_attention_finds_the_part_that_matters(maps: TrainingData) -> None:
    """Trained through attention, a content model tells the camps of new pictures."""
    model = ContentACF.fit(maps, SMALL_CONTENT)
    world: World = checkerboard()

    scores = model.scorer(world.split.history)(np.arange(60))

    parity = np.arange(ITEMS) % 2
    own = np.where(parity == np.arange(60)[:, None] % 2, scores, np.nan)
    other = np.where(parity == np.arange(60)[:, None] % 2, np.nan, scores)
    assert (np.nanmean(own, axis=1) > np.nanmean(other, axis=1)).mean() > 0.95


def _quick(known_users: str) -> ACFConfig:
    training = replace(TRAINING, epochs=2)
    return ACFConfig(
        dim=8,
        attention=8,
        known_users=known_users,  # type: ignore[arg-type]
        training=training,
        sampling=SAMPLING,
    )


def _trained_by_hand(data: TrainingData, config: ACFConfig) -> ACFNetwork:
    """A network whose numbers are large enough for every term to matter."""
    network = ACF._seeded(data, config)
    assert isinstance(network, ACFNetwork)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.5 * torch.randn(parameter.shape, generator=generator))
    return network.eval()


@torch.inference_mode()
def _network_scores(
    network: ACFNetwork, profiles: Profiles, users: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Floats:
    batch = from_profiles(profiles, users, network.n_items)
    encoded = network.encode(batch.items)
    scores = network.user_vectors(batch, encoded) @ network.item_vectors(encoded).T
    return scores.numpy()


def _renamed(log: Interactions, prefix: str) -> Interactions:
    names = tuple(prefix + name for name in log.user_ids)
    return replace(log, user_ids=names)
