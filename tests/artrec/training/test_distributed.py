"""Two processes train one network as torchrun starts them. On the CPU, where gloo connects them."""

from __future__ import annotations

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

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m")
ONE_STEP = (
    "--both",
    "--examples",
    "100",
    "--batch",
    "50",
    "--validation",
    "none",
    "--dropout",
    "0",
)


@pytest.fixture(scope="module")
def three_epochs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What two processes that users' own launcher starts made of three epochs, and said."""
    folder: Path = tmp_path_factory.mktemp("trained") / "three"
    return folder, runs.start(folder, 3, by=TORCHRUN).finish()


@pytest.fixture(scope="module")
def one_epoch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes made of one epoch."""
    folder: Path = tmp_path_factory.mktemp("trained") / "one"
    runs.start(folder, 1, "--both").finish()
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
    training = runs.start(tmp_path, 1, *ONE_STEP, "--optimizer", optimizer)
    config = replace(runs.CONFIG, batch=50, epoch_examples=100, validation="none")
    network, source, _ = toy(config)
    kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    by_hand = kinds[optimizer](network.parameters(), lr=config.lr)
    batches = [first_batch(source, rank) for rank in (0, 1)]
    both = [gradients(network, batch, config) for batch in batches]
    for parameter, mine, other in zip(network.parameters(), *both, strict=True):
        parameter.grad = (mine + other) / 2
    by_hand.step()

    training.finish()

    assert batches[0].positive.tolist() != batches[1].positive.tolist()
    for name, value in runs.learned(tmp_path).items():
        np.testing.assert_allclose(value, parameters(network)[name], rtol=1e-4, atol=1e-6)


def test_all_processes_hold_the_same_and_only_the_first_writes(
    three_epochs: tuple[Path, str],
) -> None:
    folder, printed = three_epochs

    assert_equal(runs.learned(folder, 0), runs.learned(folder, 1))
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    assert_equal(runs.learned(folder, 0), state["kept"])
    assert [line for line in printed.splitlines() if line.startswith("epoch")] == [
        "epoch 1",
        "epoch 2",
        "epoch 3",
    ]
    outcome = runs.outcome(printed)
    assert outcome["examples"] == 3 * 6000
    assert len(list((folder / "tensorboard").iterdir())) == 1


def test_processes_resume_together_as_if_never_stopped(
    tmp_path: Path, one_epoch: Path, three_epochs: tuple[Path, str]
) -> None:
    unbroken, _ = three_epochs
    shutil.copytree(one_epoch, tmp_path / "resumed")

    runs.start(tmp_path / "resumed", 3, "--resume", "--both").finish()

    for rank in (0, 1):
        assert_equal(runs.learned(tmp_path / "resumed", rank), runs.learned(unbroken, rank))


def test_processes_can_train_a_second_network(tmp_path: Path, one_epoch: Path) -> None:
    runs.start(tmp_path / "twice", 1, "--twice", "--both").finish()

    assert_equal(runs.learned(tmp_path / "twice"), runs.learned(one_epoch))
