"""CuratorNet against its formulas, worked by hand, and as a recommender."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from artrec.errors import BundleError, ConfigError, ShapeError
from artrec.evaluation.evaluate import evaluate
from artrec.evaluation.protocols import from_split
from artrec.models.contract import Content, Profiles, TrainingData
from artrec.models.curatornet import CuratorNet, CuratorNetConfig, CuratorNetwork
from artrec.models.inputs import Scaling
from artrec.sampling import Mode, SamplingConfig
from artrec.training import TrainingConfig
from artrec.training.batches import from_profiles
from tests.contracts.recommender import EVEN, RecommenderContract
from tests.contracts.worlds import ITEMS, World, checkerboard

TRAINING = TrainingConfig(epochs=12, batch=256, lr=5e-3, patience=4)
SMALL = CuratorNetConfig(
    item_layers=(12, 8),
    user_layers=(16, 8),
    sampling=SamplingConfig(mode="random", hide_positive=0.5),
    training=TRAINING,
)
TINY = CuratorNetConfig(item_layers=(2, 2), user_layers=(3, 3, 2), scaling="raw")
Layers = list[tuple[list[list[float]], list[float]]]
"""Weights (in, out) and bias of each layer."""


class TestCuratorNet(RecommenderContract):
    model = CuratorNet
    config = SMALL
    learns = "taste"


def random_layers(widths: tuple[int, ...], rng: np.random.Generator) -> Layers:
    return [
        (rng.normal(size=(i, o)).tolist(), rng.normal(size=o).tolist()) for i, o in pairwise(widths)
    ]


def through(x: list[float], layers: Layers) -> list[float]:
    """Methods: h = selu(W x + b), layer after layer, the last one too."""
    for weights, bias in layers:
        sums = [
            sum(x[i] * weights[i][o] for i in range(len(x))) + bias[o] for o in range(len(bias))
        ]
        x = [
            1.0507009873554805 * (s if s > 0 else 1.6732632423543772 * math.expm1(s)) for s in sums
        ]
    return x


def score_by_hand(
    profile: NDArray[Any], item: NDArray[Any], tower: Layers, user: Layers, *, maximum_first: bool
) -> float:
    encoded = [through(row.tolist(), tower) for row in profile]
    mean = [sum(h[d] for h in encoded) / len(encoded) for d in range(len(encoded[0]))]
    largest = [max(h[d] for h in encoded) for d in range(len(encoded[0]))]
    pooled = largest + mean if maximum_first else mean + largest
    vector = through(pooled, user)
    return sum(a * b for a, b in zip(vector, through(item.tolist(), tower), strict=True))


def flat(*towers: Layers) -> NDArray[np.float32]:
    parts = [np.ravel(each) for tower in towers for layer in tower for each in layer]
    return np.concatenate(parts).astype(np.float32)


def hand_set(features: NDArray[np.float32], parameters: NDArray[np.float32]) -> CuratorNet:
    width = features.shape[1]
    mean, weights = np.zeros(width, np.float32), np.ones(width, np.float32)
    empty = np.zeros((0, 2), np.float32)
    return CuratorNet(TINY, empty, mean, weights, parameters).with_items(Content({"f": features}))


@pytest.mark.parametrize("profile", [[2], [0, 3], [4, 1, 0, 3]], ids=len)
def test_scores_of_hand_set_weights_are_those_of_the_formula(profile: list[int]) -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(5, 3)).astype(np.float32)
    tower, user = random_layers((3, 2, 2), rng), random_layers((4, 3, 3, 2), rng)

    scores = hand_set(features, flat(tower, user)).score(profile)

    expected = [
        score_by_hand(features[profile], item, tower, user, maximum_first=False)
        for item in features
    ]
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)


def test_weights_of_the_tutorial_fit_once_their_halves_are_swapped() -> None:
    # The tutorial's code pools [max; mean], the paper's code and ours [mean; max].
    rng = np.random.default_rng(5)
    features = rng.normal(size=(5, 3)).astype(np.float32)
    tower, user = random_layers((3, 2, 2), rng), random_layers((4, 3, 3, 2), rng)
    expected = [
        score_by_hand(features[[0, 3, 4]], item, tower, user, maximum_first=True)
        for item in features
    ]

    as_they_are = hand_set(features, flat(tower, user)).score([0, 3, 4])
    weights, bias = user[0]
    swapped: Layers = [(weights[2:] + weights[:2], bias), *user[1:]]
    converted = hand_set(features, flat(tower, swapped)).score([0, 3, 4])

    np.testing.assert_allclose(converted, expected, rtol=1e-4, atol=1e-5)
    assert np.abs(as_they_are - expected).max() > 0.1


def test_the_published_net_has_the_published_number_of_parameters() -> None:
    features = np.random.default_rng(0).normal(size=(ITEMS, 2048)).astype(np.float32)
    world = checkerboard()
    config = replace(
        CuratorNetConfig(),
        sampling=SamplingConfig(mode="random"),
        training=TrainingConfig(epochs=1, validation="none"),
    )

    network = CuratorNetwork(features, config)
    data = TrainingData(world.split.train, Content({"resnet50": features}))
    fitted = CuratorNet.fit(data, config)

    assert sum(each.numel() for each in network.parameters()) == 720_800
    assert fitted.n_parameters == 720_800


def test_the_head_in_numpy_is_the_network_in_torch() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(ITEMS, 64)).astype(np.float32)
    config = CuratorNetConfig(scaling="raw")
    torch.manual_seed(3)
    network = CuratorNetwork(features, config)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    data = TrainingData(checkerboard().split.train, Content({"f": features}))
    profiles = Profiles(np.array([0, 1, 4, 29]), rng.integers(0, ITEMS, 29))

    model = CuratorNet._export(network, data, config)

    with torch.inference_mode():
        items = network.encode(torch.arange(ITEMS))
        batch = from_profiles(profiles, np.full(3, -1), ITEMS)
        users = network.user_vectors(batch, items)
    np.testing.assert_allclose(model.vectors, items.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(model._user_vectors(profiles), users.numpy(), rtol=1e-5, atol=1e-5)


def auc(world: World, config: CuratorNetConfig, content: Content | None = None) -> float:
    data = TrainingData(world.split.train, content or world.data.content)
    model = CuratorNet.fit(data, config)
    scorer = model.scorer(world.split.history)
    return evaluate("model", scorer, from_split(world.split)).means()["auc"]


@pytest.mark.parametrize("scaling", get_args(Scaling))
def test_every_scaling_learns(scaling: Scaling) -> None:
    assert auc(checkerboard(), replace(SMALL, scaling=scaling)) > 0.75


@pytest.mark.parametrize("mode", ["paper", "reference", "random"])
def test_every_mode_of_sampling_learns(mode: Mode) -> None:
    sampling = SamplingConfig(mode=mode, pca_dim=4, clusters=4, runs=1, hide_positive=0.5)

    assert auc(checkerboard(), replace(SMALL, sampling=sampling)) > 0.75


@pytest.mark.parametrize("loss", ["softmax", "sampled-softmax"])
def test_losses_over_many_items_learn_too(loss: Any) -> None:
    training = replace(TRAINING, loss=loss, batch=16, sampled=8)

    assert auc(checkerboard(), replace(SMALL, training=training)) > 0.75


def test_several_families_stand_side_by_side() -> None:
    world = checkerboard()
    looks = world.data.content.features["deep"]
    noise = np.random.default_rng(0).normal(size=(ITEMS, 3)).astype(np.float32)
    content = Content({"deep": looks, "noise": noise})
    config = replace(SMALL, scaling="pca")

    learnt = auc(world, config, content)

    assert learnt > 0.75
    model = CuratorNet.fit(TrainingData(world.split.train, content), config)
    assert model.input_weights.shape[0] == looks.shape[1] + 3
    with pytest.raises(ShapeError, match="dimensions"):
        model.with_items(world.new)


def test_other_seeds_train_otherwise() -> None:
    world = checkerboard()
    first = CuratorNet.fit(world.data, SMALL)

    other = CuratorNet.fit(world.data, replace(SMALL, training=replace(TRAINING, seed=1)))

    assert np.abs(first.score(EVEN) - other.score(EVEN)).max() > 0.01


def test_initial_weights_are_drawn_as_the_settings_say() -> None:
    features = np.zeros((3, 500), np.float32)
    torch.manual_seed(0)

    xavier, lecun = (
        next(CuratorNetwork(features, replace(CuratorNetConfig(), init=init)).parameters())
        for init in ("xavier", "lecun")
    )

    bound = (6 / 700) ** 0.5
    assert 0.99 * bound < xavier.abs().max() <= bound
    assert lecun.std().item() == pytest.approx(500**-0.5, rel=0.02)


def test_refitting_learns_from_what_was_held_out_as_well() -> None:
    world = checkerboard()
    training = replace(TRAINING, epochs=3)
    without = CuratorNet.fit(world.data, replace(SMALL, training=training))

    config = replace(SMALL, training=replace(training, refit=True))
    refitted = CuratorNet.fit(world.data, config)

    np.testing.assert_array_equal(
        refitted.score(EVEN), CuratorNet.fit(world.data, config).score(EVEN)
    )
    assert np.abs(refitted.score(EVEN) - without.score(EVEN)).max() > 1e-3


def test_an_item_that_looks_like_another_scores_like_it() -> None:
    world = checkerboard()
    model = CuratorNet.fit(world.data, SMALL)
    twins = Content({"deep": world.data.content.features["deep"][[4, 5]]})

    scores = model.with_items(twins).score(EVEN)

    np.testing.assert_allclose(scores[ITEMS:], scores[[4, 5]], rtol=1e-5, atol=1e-6)


def test_the_order_of_a_profile_does_not_count() -> None:
    model = CuratorNet.fit(checkerboard().data, SMALL)

    np.testing.assert_allclose(model.score(EVEN[::-1]), model.score(EVEN), rtol=1e-5, atol=1e-6)


def test_dimensions_that_never_vary_are_left_out_of_it() -> None:
    world = checkerboard()
    looks = world.data.content.features["deep"]
    with_constant = np.concatenate((looks, np.full((ITEMS, 2), 3.5, np.float32)), axis=1)
    model = CuratorNet.fit(TrainingData(world.split.train, Content({"deep": with_constant})), SMALL)

    surprising = with_constant.copy()
    surprising[:, -1] = 99  # a value that no item of the training had

    np.testing.assert_array_equal(
        model.item_vectors(Content({"deep": surprising})), model.item_vectors()
    )


@pytest.mark.parametrize("name", ["parameters", "input_mean", "input_weights", "vectors"])
def test_files_whose_arrays_do_not_fit_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.npz"
    CuratorNet.fit(checkerboard().data, replace(SMALL, training=replace(TRAINING, epochs=1))).save(
        path
    )
    with np.load(path) as file:
        arrays = dict(file)
    arrays[name] = arrays[name][..., :-1]
    np.savez(path, allow_pickle=False, **arrays)

    with pytest.raises(BundleError, match=r"model\.npz"):
        CuratorNet.load(path)


def test_settings_out_of_range_are_refused() -> None:
    wrong: dict[str, Any] = {
        "item_layers": (),
        "user_layers": (300, 100),
        "input_dim": 0,
        "init": "he",
        "training": TrainingConfig(loss="softmax", target_share=1),
    }
    for name, value in wrong.items():
        with pytest.raises(ConfigError, match=name):
            CuratorNetConfig(**{name: value})
    with pytest.raises(ConfigError, match="training"):
        CuratorNetConfig(training=TrainingConfig(in_batch=True))
