"""A training that was stopped and goes on equals one that never stopped, bit for bit."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from artrec.errors import BundleError
from artrec.models.curatornet import CuratorNet, CuratorNetConfig
from artrec.sampling import SamplingConfig
from artrec.training import Outcome, Runtime, TrainingConfig
from artrec.training.config import Loss, Optimizer, Validation
from artrec.training.loop import train
from tests.artrec.training import runs
from tests.artrec.training.toys import assert_equal, camps, parameters, toy
from tests.contracts.worlds import checkerboard

CONFIG = TrainingConfig(lr=0.05, batch=100, epochs=6, sampled=8, lr_patience=1)


def run(
    config: TrainingConfig, folder: Path | None, *, resume: bool = True
) -> tuple[dict[str, Tensor], Outcome]:
    network, source, held = toy(config, dropout=0.3)
    outcome = train(network, source, held, config, Runtime("cpu", folder=folder, resume=resume))
    return parameters(network), outcome


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("loss", ["bpr", "sampled-softmax"])
@pytest.mark.parametrize("validation", ["last-item", "none"])
def test_three_epochs_and_three_more_are_six(
    tmp_path: Path, loss: Loss, optimizer: Optimizer, validation: Validation
) -> None:
    config = replace(CONFIG, loss=loss, optimizer=optimizer, validation=validation)
    if loss != "bpr":
        config = replace(config, batch=16)
    unbroken, whole = run(config, None)

    run(replace(config, epochs=3), tmp_path)
    resumed, rest = run(config, tmp_path)

    assert_equal(resumed, unbroken)
    assert (rest.epochs, rest.best_epoch, rest.best) == (6, whole.best_epoch, whole.best)
    assert rest.examples < whole.examples


def test_a_finished_training_resumes_to_its_best_without_a_step(tmp_path: Path) -> None:
    first, _ = run(CONFIG, tmp_path)

    again, outcome = run(CONFIG, tmp_path)

    assert_equal(again, first)
    assert outcome.examples == 0


def test_without_resume_the_checkpoint_is_begun_anew(tmp_path: Path) -> None:
    first, _ = run(CONFIG, tmp_path)

    again, outcome = run(CONFIG, tmp_path, resume=False)

    assert_equal(again, first)
    assert outcome.examples > 0


def test_an_empty_folder_is_a_beginning(tmp_path: Path) -> None:
    fresh, _ = run(CONFIG, tmp_path / "new")

    assert_equal(fresh, run(CONFIG, None)[0])


@pytest.mark.slow
def test_a_training_killed_in_the_middle_goes_on_as_if_never_killed(tmp_path: Path) -> None:
    killed = runs.start(tmp_path / "killed", 200)
    killed.wait_for("epoch 2\n")
    killed.process.kill()
    killed.process.join()
    assert killed.process.exitcode == -signal.SIGKILL
    assert not (tmp_path / "killed" / "parameters-0.pt").exists()
    state = torch.load(tmp_path / "killed" / "checkpoint.pt", weights_only=True)
    more = state["state"]["epoch"] + 2

    printed = runs.start(tmp_path / "killed", more, "--resume").finish()

    runs.start(tmp_path / "unbroken", more).finish()
    assert "epoch 1\n" not in printed
    assert_equal(runs.learned(tmp_path / "killed"), runs.learned(tmp_path / "unbroken"))


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_so_far_and_can_be_resumed(tmp_path: Path) -> None:
    stopped = runs.start(tmp_path / "stopped", 5, "--pause")
    stopped.wait_for("in the middle\n")
    stopped.send(signal.SIGINT)

    outcome = runs.outcome(stopped.finish())

    assert outcome["interrupted"]
    assert outcome["epochs"] == 2
    state = torch.load(tmp_path / "stopped" / "checkpoint.pt", weights_only=True)
    assert outcome["best_epoch"] == state["state"]["best_epoch"] > 0
    assert_equal(runs.learned(tmp_path / "stopped"), state["kept"])
    runs.start(tmp_path / "stopped", 3, "--resume").finish()
    runs.start(tmp_path / "unbroken", 3).finish()
    assert_equal(runs.learned(tmp_path / "stopped"), runs.learned(tmp_path / "unbroken"))


def other_lr(runtime: Runtime) -> None:
    config = replace(CONFIG, lr=0.01)
    train(*toy(config, dropout=0.3), config, runtime)


def other_seed(runtime: Runtime) -> None:
    config = replace(CONFIG, seed=1)
    train(*toy(config, dropout=0.3), config, runtime)


def other_log(runtime: Runtime) -> None:
    log = camps()
    config = replace(CONFIG, validation="none")
    train(*toy(config, dropout=0.3, log=log.select(log.items != 3)), config, runtime)


def other_network(runtime: Runtime) -> None:
    train(*toy(CONFIG, dropout=0.9), CONFIG, runtime)


def other_features(runtime: Runtime) -> None:
    network, source, held = toy(CONFIG, dropout=0.3)
    network.register_buffer("features", torch.ones(3), persistent=False)
    train(network, source, held, CONFIG, runtime)


def other_model(runtime: Runtime) -> None:
    train(*toy(CONFIG, dropout=0.3), CONFIG, runtime, about="another model")


@pytest.mark.parametrize(
    "other", [other_lr, other_seed, other_log, other_network, other_features, other_model]
)
def test_a_checkpoint_of_another_training_is_refused(
    tmp_path: Path, other: Callable[[Runtime], None]
) -> None:
    run(replace(CONFIG, epochs=1), tmp_path)
    before = (tmp_path / "checkpoint.pt").read_bytes()

    with pytest.raises(BundleError, match="other settings, data or code"):
        other(Runtime("cpu", folder=tmp_path, resume=True))

    assert (tmp_path / "checkpoint.pt").read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [{"sampling": SamplingConfig(mode="random", hide_positive=1.0)}, {"scaling": "raw"}],
)
def test_a_model_of_other_settings_is_not_gone_on_from(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    data = checkerboard().data
    config = CuratorNetConfig(
        item_layers=(6,),
        user_layers=(6,),
        training=replace(CONFIG, epochs=1),
        sampling=SamplingConfig(mode="random"),
    )
    runtime = Runtime("cpu", folder=tmp_path, resume=True)
    CuratorNet.fit(data, config, runtime=runtime)
    more = replace(config, training=replace(CONFIG, epochs=2))

    CuratorNet.fit(data, more, runtime=runtime)
    with pytest.raises(BundleError, match="other settings"):
        CuratorNet.fit(data, replace(more, **change), runtime=runtime)


def damaged(whole: bytes) -> dict[str, bytes]:
    middle = len(whole) // 2
    return {
        "empty": b"",
        "cut off": whole[:middle],
        "no checkpoint": b"once upon a time\n" * 50,
        "overwritten": whole[:middle] + b"\xff" * 4000 + whole[middle + 4000 :],
    }


@pytest.mark.parametrize("damage", ["empty", "cut off", "no checkpoint", "overwritten"])
def test_a_damaged_checkpoint_is_refused_by_its_path(tmp_path: Path, damage: str) -> None:
    run(replace(CONFIG, epochs=1), tmp_path)
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(damaged(path.read_bytes())[damage])

    with pytest.raises(BundleError, match=r"checkpoint\.pt"):
        run(CONFIG, tmp_path)


@pytest.mark.parametrize("content", [[1, 2], {"format": 1}, {"format": 1, "key": "k", "state": {}}])
def test_a_file_that_torch_reads_but_we_did_not_write_is_refused(
    tmp_path: Path, content: object
) -> None:
    torch.save(content, tmp_path / "checkpoint.pt")

    with pytest.raises(BundleError, match=r"checkpoint\.pt"):
        run(CONFIG, tmp_path)


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(replace(CONFIG, epochs=2), tmp_path)
    before = (tmp_path / "checkpoint.pt").read_bytes()

    def half(content: object, file: object) -> None:
        file.write(b"half of it")  # type: ignore[attr-defined]
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError, match="No space"):
        run(CONFIG, tmp_path)

    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["checkpoint.pt", "tensorboard"]
