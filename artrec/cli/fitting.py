"""Fit any model of the registry, whether it trains by gradient or not."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from artrec.models.contract import Recommender, TrainingData
from artrec.models.registry import model_class


def add_runtime_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where a training runs; nothing here changes what a model comes to."""
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="auto (default), cpu, cuda or cuda:1"
    )


def default_config(name: str) -> Any:
    """The default settings of a model. Raises ConfigError for an unknown name."""
    kind: Any = model_class(name)
    return kind.Config()


def trains(name: str) -> bool:
    """Whether a model is trained by gradient and so takes a device, checkpoints and time."""
    return bool(getattr(model_class(name), "trains", False))


def fit(
    name: str,
    data: TrainingData,
    config: Any,
    *,
    device: str = "auto",
    folder: Path | None = None,
    resume: bool = False,
) -> Recommender:
    """Fit the model called `name`.

    Args:
        name: One of `artrec.models.registry.MODELS`.
        data: What to learn from.
        config: An instance of the model's `Config`.
        device: Where a model that trains by gradient runs.
        folder: Where its checkpoints and TensorBoard scalars go; None writes none.
        resume: Go on from a checkpoint in `folder`, if there is one.

    Raises:
        ArtrecError: If the data or settings do not suit the model.
    """
    kind: Any = model_class(name)
    fitted: Recommender
    if not trains(name):
        fitted = kind.fit(data, config)
        return fitted
    # torch is loaded for those models only that need it.
    from artrec.training import Progress, Runtime

    def show(progress: Progress) -> None:
        metric = "" if progress.metric is None else f", validation {progress.metric:.4f}"
        sys.stderr.write(
            f"{name}: epoch {progress.epoch} of at most {progress.epochs}, loss "
            f"{progress.loss:.4f}{metric}, {progress.examples_per_second:,.0f} examples/s, "
            f"{progress.seconds_left:.0f} s left at most\n"
        )

    runtime = Runtime(device=device, folder=folder, resume=resume, on_progress=show)
    fitted = kind.fit(data, config, runtime=runtime)
    return fitted
