"""Two processes started by torchrun train one network. On the CPU, where gloo connects them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from artrec.training.batches import Batch
from artrec.training.config import TrainingConfig
from artrec.training.loop import example_losses
from artrec.training.sources import Source
from tests.artrec.training import runs
from tests.artrec.training.toys import ToyNetwork, assert_equal, parameters, toy

pytestmark = pytest.mark.slow

ONE_STEP = ("--examples", "100", "--batch", "50", "--validation", "none", "--dropout", "0")


@pytest.fixture(scope="module")
def one_epoch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes made of one epoch."""
    folder: Path = tmp_path_factory.mktemp("trained") / "one"
    runs.finish(runs.start(folder, 1, processes=2))
    return folder


def first_batch(source: Source, rank: int) -> Batch:
    """What a process draws for its first step."""
    rng = np.random.default_rng((0, 0, rank))
    rng.integers(2**62)  # the loop seeds dropout from it
    return next(source.epoch(rng, 2))


def gradients(network: ToyNetwork, batch: Batch, config: TrainingConfig) -> list[torch.Tensor]:
    network.zero_grad()
    encoded = network.encode(batch.items)
    users = network.user_vectors(batch, encoded)
    loss = example_losses(users, encoded, batch, config, network.n_items).mean()
    torch.autograd.backward(loss)
    return [each.grad.clone() for each in network.parameters() if each.grad is not None]


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_step_is_one_on_the_mean_of_both_gradients(tmp_path: Path, optimizer: str) -> None:
    process = runs.start(tmp_path, 1, *ONE_STEP, "--optimizer", optimizer, processes=2)
    config = replace(runs.CONFIG, batch=50, epoch_examples=100, validation="none")
    network, source, _ = toy(config)
    kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    by_hand = kinds[optimizer](network.parameters(), lr=config.lr)
    batches = [first_batch(source, rank) for rank in (0, 1)]
    both = [gradients(network, batch, config) for batch in batches]
    for parameter, mine, other in zip(network.parameters(), *both, strict=True):
        parameter.grad = (mine + other) / 2
    by_hand.step()

    runs.finish(process)

    assert batches[0].positive.tolist() != batches[1].positive.tolist()
    for name, value in runs.learned(tmp_path).items():
        np.testing.assert_allclose(value, parameters(network)[name], rtol=1e-4, atol=1e-6)


def test_all_processes_hold_the_same_and_only_the_first_writes(tmp_path: Path) -> None:
    printed = runs.finish(runs.start(tmp_path, 3, processes=2))

    assert_equal(runs.learned(tmp_path, 0), runs.learned(tmp_path, 1))
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert_equal(runs.learned(tmp_path, 0), state["kept"])
    assert [line for line in printed.splitlines() if line.startswith("epoch")] == [
        "epoch 1",
        "epoch 2",
        "epoch 3",
    ]
    outcome = json.loads(printed.splitlines()[-1])
    assert outcome["examples"] == 3 * 6000
    assert len(list((tmp_path / "tensorboard").iterdir())) == 1


def test_processes_resume_together_as_if_never_stopped(tmp_path: Path, one_epoch: Path) -> None:
    runs.finish(runs.start(tmp_path / "unbroken", 3, processes=2))
    shutil.copytree(one_epoch, tmp_path / "resumed")

    runs.finish(runs.start(tmp_path / "resumed", 3, "--resume", processes=2))

    for rank in (0, 1):
        assert_equal(
            runs.learned(tmp_path / "resumed", rank), runs.learned(tmp_path / "unbroken", rank)
        )


def test_processes_can_train_a_second_network(tmp_path: Path, one_epoch: Path) -> None:
    runs.finish(runs.start(tmp_path / "twice", 1, "--twice", processes=2))

    assert_equal(runs.learned(tmp_path / "twice"), runs.learned(one_epoch))
