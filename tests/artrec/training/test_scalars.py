"""What TensorBoard will show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import (  # type: ignore[import-untyped]
    EventAccumulator,
)

from artrec.training import Progress, Runtime, TrainingConfig
from artrec.training.loop import train
from tests.artrec.training.toys import toy

CONFIG = TrainingConfig(lr=0.05, batch=128, epochs=3, validation_metric="ndcg@20")


def run(config: TrainingConfig, folder: Path, *, resume: bool = False) -> list[Progress]:
    reports: list[Progress] = []
    runtime = Runtime("cpu", folder=folder, resume=resume, on_progress=reports.append)
    network, source, held = toy(config)
    train(network, source, held, config, runtime)
    return reports


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    found = EventAccumulator(str(folder / "tensorboard"))
    found.Reload()
    return {
        name: [(each.step, each.value) for each in found.Scalars(name)]
        for name in found.Tags()["scalars"]
    }


def test_each_epoch_is_a_step_of_every_scalar(tmp_path: Path) -> None:
    reports = run(CONFIG, tmp_path)

    found = scalars(tmp_path)

    assert set(found) == {"loss", "lr", "examples_per_second", "validation/ndcg@20"}
    for name, values in {
        "loss": [each.loss for each in reports],
        "lr": [each.lr for each in reports],
        "validation/ndcg@20": [each.metric for each in reports],
    }.items():
        assert [step for step, _ in found[name]] == [1, 2, 3]
        assert [value for _, value in found[name]] == pytest.approx(values, rel=1e-6)


def test_without_validation_there_is_no_curve_of_it(tmp_path: Path) -> None:
    run(replace(CONFIG, validation="none"), tmp_path)

    assert set(scalars(tmp_path)) == {"loss", "lr", "examples_per_second"}


def test_a_resumed_training_goes_on_with_its_curve(tmp_path: Path) -> None:
    run(replace(CONFIG, epochs=2), tmp_path)
    run(CONFIG, tmp_path, resume=True)

    assert [step for step, _ in scalars(tmp_path)["loss"]] == [1, 2, 3]


def test_a_training_begun_anew_begins_a_new_curve(tmp_path: Path) -> None:
    run(CONFIG, tmp_path)
    reports = run(replace(CONFIG, epochs=2, seed=1), tmp_path)

    found = scalars(tmp_path)["loss"]

    assert [step for step, _ in found] == [1, 2]
    assert [value for _, value in found] == pytest.approx([each.loss for each in reports])


def test_without_a_folder_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    network, source, held = toy(CONFIG)

    train(network, source, held, CONFIG, Runtime("cpu"))

    assert list(tmp_path.iterdir()) == []
