"""Where and how a training runs: nothing here changes its result, save for rounding and chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Precision = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One finished epoch, for people and charts to look at."""

    epoch: int
    """From 1."""
    epochs: int
    loss: float
    """Mean over the epoch, without penalty."""
    metric: float | None
    """Of the validation, None without one."""
    best: float | None
    """Best so far."""
    lr: float
    examples_per_second: float
    """Of the training, validation left out."""
    seconds: float
    """Since the start of this run."""
    seconds_left: float
    """If all epochs are run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training went."""

    epochs: int
    best_epoch: int
    """The one whose parameters were kept."""
    best: float | None
    """Its value of the validation metric; None without validation."""
    interrupted: bool
    """By Ctrl-C; the best so far was kept."""
    examples: int
    """Trained on in this run, without what came before a resume."""
    seconds: float
    """Of this run, validation included."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Device, files and reporting of one training."""

    device: str = "auto"
    """`auto` takes the first GPU where there is one; or `cpu`, `cuda`, `cuda:1`."""
    precision: Precision = "auto"
    """Of the forward pass. `auto`: bfloat16 on a GPU that has it, float32 elsewhere."""
    folder: Path | None = None
    """Where checkpoints and TensorBoard scalars go; None writes nothing."""
    resume: bool = False
    """Go on from the checkpoint in `folder`, bit by bit as if never interrupted, where there is one
    of the same settings and data."""
    on_progress: Callable[[Progress], None] | None = None
    """Called after every epoch."""
    on_end: Callable[[Outcome], None] | None = None
    """Called when training ended, and again after a refit."""
    threads: int | None = None
    """Of torch on the CPU; None leaves them as they are."""
    draw_on: str = "auto"
    """Where triplets are drawn. `auto`: by torch on the GPU that trains, by NumPy where none does;
    `numpy`; or by torch on `cpu`, `cuda`, `cuda:1`. As likely everywhere, but other triplets, so a
    training is gone on from with the same `draw_on` only."""
