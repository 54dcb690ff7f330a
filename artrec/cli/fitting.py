"""Fit any model of the registry, whether it trains by gradient or not."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artrec.errors import ConfigError
from artrec.models.contract import Recommender, TrainingData
from artrec.models.registry import model_class


def add_runtime_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where a training runs; nothing here changes what a model comes to."""
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="auto (default), cpu, cuda or cuda:1"
    )


def default_config(name: str, preset: str | None = None) -> Any:
    """The default settings of a model, or those of one of its presets, such as `paper`.

    Raises ConfigError for an unknown name or preset.
    """
    kind: Any = model_class(name)
    if preset is None:
        return kind.Config()
    known = [
        each
        for owner in kind.Config.__mro__
        for each, value in vars(owner).items()
        if isinstance(value, classmethod) and not each.startswith("_")
    ]
    if preset not in known:
        raise ConfigError(
            f"{name} has no preset {preset!r}; "
            f"{'it has ' + ', '.join(known) if known else 'it has none'}."
        )
    return getattr(kind.Config, preset)()


def trains(name: str) -> bool:
    """Whether a model is trained by gradient and so takes a device, checkpoints and time."""
    return bool(getattr(model_class(name), "trains", False))


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model and how its fitting went."""

    model: Recommender
    cpu_seconds: float
    """Of all threads of this process."""
    seconds: float
    examples_per_second: float | None = None
    """Of a training, validation left out; None for a model in closed form."""
    interrupted: bool = False
    """By Ctrl-C: the model is the best so far."""
    first: bool = True
    """Whether this process is the one that writes and reports; not so for its peers of torchrun."""


def fit(
    name: str,
    data: TrainingData,
    config: Any,
    *,
    device: str = "auto",
    folder: Path | None = None,
    resume: bool = False,
) -> Fitted:
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
    cpu, wall = time.process_time(), time.perf_counter()
    if not trains(name):
        model = kind.fit(data, config)
        return Fitted(model, time.process_time() - cpu, time.perf_counter() - wall)
    # torch is loaded for those models only that need it, by now by the model itself.
    from artrec.training import Outcome, Progress, Runtime

    rates: list[float] = []
    outcomes: list[Outcome] = []

    def show(progress: Progress) -> None:
        rates.append(progress.examples_per_second)
        metric = "" if progress.metric is None else f", validation {progress.metric:.4f}"
        sys.stderr.write(
            f"{name}: epoch {progress.epoch} of at most {progress.epochs}, loss "
            f"{progress.loss:.4f}{metric}, {progress.examples_per_second:,.0f} examples/s, "
            f"{progress.seconds_left:.0f} s left at most\n"
        )

    runtime = Runtime(
        device=device, folder=folder, resume=resume, on_progress=show, on_end=outcomes.append
    )
    model = kind.fit(data, config, runtime=runtime)
    return Fitted(
        model=model,
        cpu_seconds=time.process_time() - cpu,
        seconds=time.perf_counter() - wall,
        examples_per_second=statistics.median(rates) if rates else None,
        interrupted=any(each.interrupted for each in outcomes),
        first=bool(outcomes),
    )
