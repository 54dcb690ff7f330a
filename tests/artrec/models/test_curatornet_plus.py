"""CuratorNet plus against its formulas, and as a recommender."""

from __future__ import annotations

from dataclasses import replace
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
from artrec.models.curatornet_plus import CuratorNetPlus, CuratorNetPlusConfig, PlusNetwork
from artrec.models.inputs import Scaling, fit_inputs
from artrec.sampling import SamplingConfig
from artrec.training import TrainingConfig
from artrec.training.batches import from_profiles
from tests.contracts.recommender import EVEN, RecommenderContract
from tests.contracts.worlds import ITEMS, World, checkerboard

TRAINING = TrainingConfig(loss="softmax", batch=16, epochs=20, lr=1e-2)
SMALL = CuratorNetPlusConfig(training=TRAINING)
VARIANTS: list[dict[str, Any]] = [
    {},
    {"residual": False},
    {"two_sided": True},
    {"normalise": False},
    {"appeal": False},
    {"residual": False, "normalise": False, "appeal": False},
]
NOBODYS = [ITEMS - 2, ITEMS - 1]
"""Items that nobody chose."""


class TestCuratorNetPlus(RecommenderContract):
    model = CuratorNetPlus
    config = SMALL
    learns = "taste"


class TestCuratorNetPlusBare(RecommenderContract):
    model = CuratorNetPlus
    config = replace(SMALL, residual=False, normalise=False, appeal=False)
    learns = "taste"


def network_of(data: TrainingData, config: CuratorNetPlusConfig, noise: float = 0.0) -> PlusNetwork:
    """An untrained network, or one with `noise` on every parameter so that nothing is 0 or 1."""
    inputs = fit_inputs(data.content, config.scaling, dim=config.input_dim)
    torch.manual_seed(3)
    network = PlusNetwork(inputs.apply(data.content), data.interactions.item_counts, config)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(noise * torch.randn_like(parameter))
    network.eval()
    return network


def unit(row: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(row / sum(x * x for x in row) ** 0.5)


def score_by_hand(network: PlusNetwork, profile: list[int], item: int) -> float:
    """s(u,i) of the module's docstring, with x in units of the square root of d."""
    config, state = network.config, {k: v.numpy() for k, v in network.state_dict().items()}
    features = network.features.numpy().astype(float)
    length = unit if config.normalise else np.asarray

    def vector(row: int, weights: str, own: str) -> NDArray[Any]:
        found = state[f"{weights}.weight"] @ features[row] / features.shape[1] ** 0.5
        if config.residual and row not in NOBODYS:
            found = found + state[f"{own}.weight"][row]
        return length(found)

    side, own = ("profile", "profile_own") if config.two_sided else ("item", "item_own")
    user = length(np.sum([vector(row, side, own) for row in profile], axis=0) / len(profile))
    appeal = 0.0
    if config.appeal:
        appeal += float(state["appeal.weight"][0] @ features[item] + state["appeal.bias"][0])
    if config.residual and item not in NOBODYS:
        appeal += float(state["bias.weight"][item, 0])
    temperature = np.exp(state["log_temperature"])
    return float(temperature * user @ vector(item, "item", "item_own") + appeal)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_scores_are_those_of_the_formula(variant: dict[str, Any]) -> None:
    data, config = checkerboard().data, replace(SMALL, **variant)
    network = network_of(data, config, noise=0.2)

    model = CuratorNetPlus._export(network, data, config)

    for profile in ([4], [7, 0, 39]):
        expected = [score_by_hand(network, profile, item) for item in range(ITEMS)]
        np.testing.assert_allclose(model.score(profile), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_the_head_in_numpy_is_the_network_in_torch(variant: dict[str, Any]) -> None:
    data, config = checkerboard().data, replace(SMALL, **variant)
    network = network_of(data, config, noise=0.2)
    profiles = Profiles(np.array([0, 1, 4, 29]), np.random.default_rng(3).integers(0, ITEMS, 29))

    model = CuratorNetPlus._export(network, data, config)

    with torch.inference_mode():
        encoded = network.encode(torch.arange(ITEMS))
        batch = from_profiles(profiles, np.full(3, -1), ITEMS)
        users = network.user_vectors(batch, encoded)
        items = network.item_vectors(encoded)
    np.testing.assert_allclose(model.vectors, items.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(model._user_vectors(profiles), users.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_new_items_have_looks_and_chosen_ones_a_part_of_their_own(variant: dict[str, Any]) -> None:
    data, config = checkerboard().data, replace(SMALL, **variant)
    model = CuratorNetPlus._export(network_of(data, config, noise=0.2), data, config)

    longer = model.with_items(data.content)  # every item once more, as if it were new

    kinds = [(longer.vectors, model.vectors), (longer.profile_vectors, model.profile_vectors)]
    for both, before in kinds:
        moved = np.abs(both[ITEMS:] - before).max(axis=1)
        assert moved[NOBODYS].max() < 1e-5
        if config.residual:
            assert moved[: ITEMS - 2].min() > 1e-2
        else:
            assert moved.max() < 1e-5


def test_own_parts_are_left_out_at_random_in_training_only() -> None:
    data = checkerboard().data
    network = network_of(data, replace(SMALL, residual_dropout=0.3), noise=0.2)
    everything = torch.arange(ITEMS)
    with torch.inference_mode():
        whole = network.encode(everything)
        network.chosen.zero_()
        bare = network.encode(everything)
        network.chosen.fill_(1)
        network.chosen[NOBODYS] = 0

        steady = [network.encode(everything) for _ in range(3)]
        network.train()
        torch.manual_seed(0)
        drawn = torch.stack([network.encode(everything) for _ in range(400)])

    assert all(torch.equal(each, whole) for each in steady)
    is_whole = torch.isclose(drawn, whole, atol=1e-6).all(dim=2)
    is_bare = torch.isclose(drawn, bare, atol=1e-6).all(dim=2)
    assert (is_whole | is_bare).all()  # scored, appeal and profile side together
    assert is_bare[:, NOBODYS].all()
    kept = is_whole[:, : ITEMS - 2].float().mean().item()
    assert kept == pytest.approx(0.7, abs=0.02)


def test_without_dropout_every_step_sees_all_of_an_item() -> None:
    data = checkerboard().data
    network = network_of(data, replace(SMALL, residual_dropout=0.0), noise=0.2)
    with torch.inference_mode():
        whole = network.encode(torch.arange(ITEMS))

        network.train()

        torch.testing.assert_close(network.encode(torch.arange(ITEMS)), whole)


def test_training_starts_from_visrank_by_average() -> None:
    world = checkerboard()
    slow = replace(TRAINING, epochs=1, lr=1e-9, validation="none")
    config = replace(SMALL, residual=False, training=slow)
    looks = fit_inputs(world.data.content, "pca").apply(world.data.content).astype(float)
    cosines = np.stack([unit(row) for row in looks]) @ np.stack([unit(row) for row in looks]).T

    model = CuratorNetPlus.fit(world.data, config)

    average = cosines[EVEN].mean(axis=0)
    ranked = model.recommend(EVEN, ITEMS, exclude=[]).items
    assert ranked.tolist() == np.argsort(-average).tolist()
    assert np.corrcoef(model.score(EVEN), average)[0, 1] > 0.999999


def auc(world: World, config: CuratorNetPlusConfig) -> float:
    scorer = CuratorNetPlus.fit(world.data, config).scorer(world.split.history)
    return evaluate("model", scorer, from_split(world.split)).means()["auc"]


@pytest.mark.parametrize("variant", VARIANTS[1:5], ids=str)
def test_every_variant_learns(variant: dict[str, Any]) -> None:
    assert auc(checkerboard(), replace(SMALL, **variant)) > 0.8


@pytest.mark.parametrize("scaling", get_args(Scaling))
def test_every_scaling_learns(scaling: Scaling) -> None:
    assert auc(checkerboard(), replace(SMALL, scaling=scaling)) > 0.8


def test_triplets_are_learned_from_too() -> None:
    training = TrainingConfig(epochs=4, batch=256, lr=5e-3)
    sampling = SamplingConfig(mode="random", hide_positive=1.0)

    assert auc(checkerboard(), replace(SMALL, training=training, sampling=sampling)) > 0.8


def test_training_learns_from_looks_what_appeals_to_everyone() -> None:
    world = checkerboard()
    model = CuratorNetPlus.fit(world.data, replace(SMALL, residual=False, two_sided=True))

    counts = world.data.interactions.item_counts[:-2]
    assert np.corrcoef(model.vectors[:-2, -1], counts)[0, 1] > 0.6


@pytest.mark.parametrize(
    "name",
    [
        "vectors",
        "profile_vectors",
        "input_mean",
        "input_weights",
        "item_weights",
        "profile_weights",
        "appeal",
    ],
)
def test_files_whose_arrays_do_not_fit_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.npz"
    data = checkerboard().data
    CuratorNetPlus._export(network_of(data, SMALL), data, SMALL).save(path)
    with np.load(path) as file:
        arrays = dict(file)

    for wrong in (arrays[name][..., :-1], arrays[name][:-1], arrays[name][None]):
        np.savez(path, allow_pickle=False, **(arrays | {name: wrong}))
        with pytest.raises(BundleError, match=r"model\.npz"):
            CuratorNetPlus.load(path)


def test_settings_out_of_range_are_refused() -> None:
    wrong: dict[str, Any] = {
        "input_dim": 0,
        "residual_dropout": 1.0,
        "temperature": 0.0,
        "training": TrainingConfig(loss="softmax", target_share=1),
    }
    for name, value in wrong.items():
        with pytest.raises(ConfigError, match=name):
            CuratorNetPlusConfig(**{name: value})
    with pytest.raises(ConfigError, match="training"):
        CuratorNetPlusConfig(training=TrainingConfig(in_batch=True))


def test_a_model_needs_features() -> None:
    with pytest.raises(ShapeError, match="features"):
        CuratorNetPlus.fit(TrainingData(checkerboard().split.train, Content()), SMALL)
