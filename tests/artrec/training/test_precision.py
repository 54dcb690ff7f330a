"""Lower precision where it runs without a GPU: close to single precision, and no less safe."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from artrec.errors import ConfigError
from artrec.training import Outcome, Progress, Runtime, TrainingConfig
from artrec.training.config import Loss
from artrec.training.loop import train
from artrec.training.runtime import Precision
from tests.artrec.training.toys import parameters, toy

CONFIG = TrainingConfig(lr=0.05, batch=128, epochs=12, sampled=20)


def run(config: TrainingConfig, precision: Precision) -> tuple[Outcome, list[float]]:
    network, source, held = toy(config)
    reports: list[Progress] = []
    runtime = Runtime("cpu", precision=precision, on_progress=reports.append)
    outcome = train(network, source, held, config, runtime)
    assert all(value.dtype == torch.float32 for value in parameters(network).values())
    return outcome, [each.loss for each in reports]


@pytest.mark.parametrize("loss", ["bpr", "warp", "softmax", "sampled-softmax"])
@pytest.mark.parametrize(
    ("precision", "apart"),
    [("bfloat16", 0.05), ("float16", 0.15)],  # the first steps of float16 look for a scale
)
def test_lower_precision_learns_as_well(loss: Loss, precision: Precision, apart: float) -> None:
    config = replace(CONFIG, loss=loss, batch=128 if loss in ("bpr", "warp") else 16)
    whole, losses = run(config, "float32")

    outcome, lower = run(config, precision)

    assert lower != losses
    assert lower == pytest.approx(losses, rel=apart)
    assert outcome.best == pytest.approx(whole.best, abs=0.02)


def test_on_a_cpu_auto_is_single_precision() -> None:
    assert run(CONFIG, "auto")[1] == run(CONFIG, "float32")[1]


def test_an_unknown_precision_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"fp8.*bfloat16"):
        run(CONFIG, "fp8")  # type: ignore[arg-type]
