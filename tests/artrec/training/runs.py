"""Trainings in processes of their own, to be killed, interrupted, or run side by side.

    python -m tests.artrec.training.runs FOLDER EPOCHS [--resume] [--validation none]

Prints a line after every epoch and writes what was learned to FOLDER/parameters-RANK.pt.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import Tensor

from artrec.training import Progress, Runtime, TrainingConfig
from artrec.training.loop import train
from tests.artrec.training.toys import parameters, toy

CONFIG = TrainingConfig(lr=0.02, batch=64, epoch_examples=6000)
"""An epoch takes long enough to be in the middle of it."""
DROPOUT = 0.3
ROOT = Path(__file__).parents[3]


def start(folder: Path, epochs: int, *options: str, processes: int = 1) -> subprocess.Popen[str]:
    """A training that was begun."""
    launcher = ["torch.distributed.run", "--standalone", f"--nproc-per-node={processes}", "-m"]
    command = [sys.executable, "-m", *(launcher if processes > 1 else []), __name__]
    return subprocess.Popen(
        [*command, str(folder), str(epochs), *options],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What it printed. Fails if it failed."""
    printed, _ = process.communicate(timeout=600)
    assert process.returncode == 0, printed
    return printed


def wait_for(process: subprocess.Popen[str], line: str) -> None:
    """Read on until it prints `line`."""
    assert process.stdout is not None
    for printed in process.stdout:
        if printed.strip() == line:
            return
    raise AssertionError(f"The training ended without {line!r}.")


def learned(folder: Path, rank: int = 0) -> dict[str, Tensor]:
    """What a training wrote at its end."""
    found: dict[str, Tensor] = torch.load(folder / f"parameters-{rank}.pt", weights_only=True)
    return found


def main() -> None:
    # Tests that were started in the background of a shell have SIGINT ignored, and so would this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("epochs", type=int)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--examples", type=int, default=CONFIG.epoch_examples)
    parser.add_argument("--batch", type=int, default=CONFIG.batch)
    parser.add_argument("--validation", default=CONFIG.validation)
    parser.add_argument("--optimizer", default=CONFIG.optimizer)
    parser.add_argument("--dropout", type=float, default=DROPOUT)
    parser.add_argument("--twice", action="store_true", help="as a refit does")
    options = parser.parse_args()
    config = replace(
        CONFIG,
        epochs=options.epochs,
        epoch_examples=options.examples,
        batch=options.batch,
        validation=options.validation,
        optimizer=options.optimizer,
    )
    if options.twice:
        train(*toy(config, dropout=options.dropout), config, Runtime(device="cpu"))
    network, source, held = toy(config, dropout=options.dropout)

    def say(progress: Progress) -> None:
        sys.stdout.write(f"epoch {progress.epoch}\n")
        sys.stdout.flush()

    runtime = Runtime(device="cpu", folder=options.folder, resume=options.resume, on_progress=say)
    outcome = train(network, source, held, config, runtime)
    rank = os.environ.get("RANK", "0")
    torch.save(parameters(network), options.folder / f"parameters-{rank}.pt")
    if rank == "0":
        sys.stdout.write(json.dumps(asdict(outcome)) + "\n")


if __name__ == "__main__":
    main()
