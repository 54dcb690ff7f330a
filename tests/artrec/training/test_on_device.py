"""Trainings whose triplets are drawn by torch: the same batches, resumable, on the right device."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from artrec.errors import BundleError, ConfigError
from artrec.models.curatornet import CuratorNet, CuratorNetConfig
from artrec.sampling import Mode, SamplingConfig, TripletSampler
from artrec.sampling.on_device import DeviceSampler, DeviceTriplets, on_host
from artrec.training import Outcome, Runtime, TrainingConfig
from artrec.training.batches import Batch, from_triplets
from artrec.training.distributed import Group
from artrec.training.loop import train
from artrec.training.on_device import drawing_device, drawn_on, from_device_triplets
from tests.artrec.sampling.drawing import DEVICES, dice
from tests.artrec.sampling.worlds import random_world
from tests.artrec.training.toys import assert_equal, parameters, toy
from tests.contracts.worlds import checkerboard

N_ITEMS = 12
CONFIG = TrainingConfig(lr=0.05, batch=100, epochs=6, lr_patience=1)
CPU = torch.device("cpu")


def drawn(seed: int, mode: Mode, count: int, device: str = "cpu") -> DeviceTriplets:
    world, histories = random_world(seed, N_ITEMS)
    host = TripletSampler(world, histories, SamplingConfig(mode=mode, hide_positive=0.5))
    return DeviceSampler(host, torch.device(device)).draw(count, dice(seed, device))


def run(
    config: TrainingConfig, runtime: Runtime, mode: Mode = "random"
) -> tuple[dict[str, Tensor], Outcome]:
    network, source, held = toy(config, dropout=0.3, sampling=SamplingConfig(mode=mode))
    outcome = train(network, source, held, config, runtime)
    return parameters(network.cpu()), outcome


def runtime_on(device: str, folder: Path | None = None) -> Runtime:
    return Runtime(device, draw_on=device, folder=folder, resume=folder is not None)


def assert_same_batch(mine: Batch, other: Batch) -> None:
    for each in fields(Batch):
        one, two = getattr(mine, each.name).cpu(), getattr(other, each.name)
        assert one.dtype == two.dtype, each.name
        np.testing.assert_array_equal(one.numpy(), two.numpy(), err_msg=each.name)


@pytest.mark.parametrize("device", DEVICES)
@given(
    seed=st.integers(0, 500),
    mode=st.sampled_from(["paper", "reference", "icdm", "random"]),
    count=st.integers(0, 80),
    profiles=st.booleans(),
    negatives=st.integers(0, 3),
)
def test_a_batch_made_on_the_device_is_the_one_that_numpy_makes(
    device: str, seed: int, mode: Mode, count: int, profiles: bool, negatives: int
) -> None:
    triplets = drawn(seed, mode, count, device)
    more = np.random.default_rng(seed).integers(N_ITEMS, size=(len(triplets), negatives))

    batch = from_device_triplets(
        triplets, N_ITEMS, torch.tensor(more, device=device), profiles=profiles
    )

    expected = from_triplets(on_host(triplets), N_ITEMS, more, profiles=profiles)
    assert_same_batch(batch, expected)


def test_batches_are_made_on_the_device_of_their_triplets() -> None:
    # Whatever forgets to say its device is made on this one, and cannot be used with the rest.
    triplets = drawn(1, "paper", 100)
    with torch.device("meta"):
        batch = from_device_triplets(triplets, N_ITEMS)

    assert all(getattr(batch, each.name).device == CPU for each in fields(Batch))


@pytest.mark.parametrize("device", DEVICES)
def test_an_epoch_has_its_examples_in_batches_and_is_the_same_again(device: str) -> None:
    config = replace(CONFIG, epoch_examples=250, negatives=3)
    source = drawn_on(toy(config)[1], torch.device(device))

    first, second = (list(source.epoch(np.random.default_rng(4))) for _ in range(2))

    assert [len(batch.rows) for batch in first] == [100, 100, 50]
    assert first[0].negative.shape == (100, 3)
    assert first[0].items.device.type == device
    for one, other in zip(first, second, strict=True):
        assert_same_batch(one, other.to(CPU))


def test_one_of_several_workers_draws_its_share() -> None:
    source = drawn_on(toy(replace(CONFIG, epoch_examples=250))[1], CPU)

    batches = list(source.epoch(np.random.default_rng(4), share=2))

    assert sum(len(batch.rows) for batch in batches) == 125


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("negatives", [1, 3])
def test_three_epochs_and_three_more_are_six(tmp_path: Path, device: str, negatives: int) -> None:
    config = replace(CONFIG, negatives=negatives)
    unbroken, whole = run(config, runtime_on(device))

    run(replace(config, epochs=3), runtime_on(device, tmp_path))
    resumed, rest = run(config, runtime_on(device, tmp_path))

    assert_equal(resumed, unbroken)
    assert (rest.epochs, rest.best) == (6, whole.best)
    assert rest.examples < whole.examples


def test_a_checkpoint_of_triplets_drawn_elsewhere_is_refused(tmp_path: Path) -> None:
    run(replace(CONFIG, epochs=1), runtime_on("cpu", tmp_path))

    with pytest.raises(BundleError, match="other settings"):
        run(CONFIG, Runtime("cpu", draw_on="numpy", folder=tmp_path, resume=True))


def test_what_is_drawn_by_torch_is_learned_as_well_though_other_triplets() -> None:
    config = replace(CONFIG, epochs=12)

    by_torch, torch_outcome = run(config, runtime_on("cpu"))
    by_numpy, numpy_outcome = run(config, Runtime("cpu"))

    assert not torch.equal(by_torch["table.weight"], by_numpy["table.weight"])
    assert torch_outcome.best == pytest.approx(numpy_outcome.best, abs=0.05)
    assert torch_outcome.best is not None
    assert torch_outcome.best > 0.8


def test_a_model_is_fitted_to_guided_triplets_drawn_by_torch() -> None:
    board = checkerboard()
    config = CuratorNetConfig(
        item_layers=(6,),
        user_layers=(6,),
        training=replace(CONFIG, epochs=2),
        sampling=SamplingConfig(clusters=4, runs=1),
    )

    first, again, by_numpy = (
        CuratorNet.fit(board.data, config, runtime=Runtime("cpu", draw_on=place))
        for place in ("cpu", "cpu", "numpy")
    )

    np.testing.assert_array_equal(first.item_vectors(), again.item_vectors())
    assert not np.array_equal(first.item_vectors(), by_numpy.item_vectors())


def test_triplets_are_drawn_where_the_training_runs_if_that_is_a_gpu() -> None:
    gpu = torch.device("cuda", 1)

    assert drawing_device("auto", gpu, Group()) == gpu
    assert drawing_device("auto", CPU, Group()) is None
    assert drawing_device("numpy", gpu, Group()) is None
    assert drawing_device("cpu", gpu, Group()) == CPU


@pytest.mark.parametrize(("name", "message"), [("abacus", "abacus"), ("meta", "draw_on to auto")])
def test_a_device_that_cannot_draw_is_refused(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run(CONFIG, Runtime("cpu", draw_on=name))


def test_sources_without_triplets_stay_as_they_are() -> None:
    source = toy(replace(CONFIG, loss="softmax", batch=16))[1]

    assert drawn_on(source, CPU) is source
    assert drawn_on(source, None) is source
