"""Trainings in processes of their own, to be killed, interrupted, or run side by side.

    python -m tests.artrec.training.runs FOLDER EPOCHS [--resume] [--both] [--pause]

Prints a line after every epoch and writes what was learned to FOLDER/parameters-RANK.pt.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from artrec.training import Progress, Runtime, TrainingConfig
from artrec.training.batches import Batch
from artrec.training.loop import train
from tests import programs
from tests.artrec.training.toys import Recorded, parameters, toy
from tests.waiting import PATIENCE, wait_until

CONFIG = TrainingConfig(lr=0.02, batch=64, epoch_examples=6000, patience=1000, lr_patience=1000)
"""An epoch takes long enough to be in the middle of it, and none is the last before its time."""
DROPOUT = 0.3


@dataclass
class Training:
    """A training that was begun."""

    process: ForkServerProcess
    log: Path

    def wait_for(self, line: str) -> None:
        """Wait until it has printed `line`."""

        def printed() -> bool:
            alive = self.process.is_alive()
            said = self.log.read_text() if self.log.exists() else ""
            assert alive or line in said, said
            return line in said

        wait_until(printed, what=line)

    def finish(self) -> str:
        """What it printed. Fails if it failed."""
        self.process.join(PATIENCE)
        printed = self.log.read_text()
        assert self.process.exitcode == 0, printed
        return printed

    def send(self, what: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, what)


def start(folder: Path, epochs: int, *options: str, by: Sequence[str] = ()) -> Training:
    """Begin a training, by a launcher if one is named."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"until-{epochs}.log"
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [*by, __name__, str(folder), str(epochs), *options]
    return Training(programs.start(*command, env=env, output=log), log)


def outcome(printed: str) -> Any:
    """What a training said of itself at its end, between what others may have said."""
    return json.loads([line for line in printed.splitlines() if line.startswith("{")][-1])


def learned(folder: Path, rank: int = 0) -> dict[str, Tensor]:
    """What a training wrote at its end."""
    found: dict[str, Tensor] = torch.load(folder / f"parameters-{rank}.pt", weights_only=True)
    return found


class Pausing(Recorded):
    """A source that stays in the middle of the third epoch until its process is interrupted.

    At a moment left to chance, an epoch may be measured and not yet written.
    """

    begun = 0

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """As the source."""
        self.begun += 1
        for number, batch in enumerate(super().epoch(rng, share)):
            if (self.begun, number) == (3, 5):
                sys.stdout.write("in the middle\n")
                sys.stdout.flush()
                time.sleep(PATIENCE)
            yield batch


def main() -> None:
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
    parser.add_argument("--pause", action="store_true", help="to be interrupted")
    parser.add_argument("--both", action="store_true", help="by two processes")
    options = parser.parse_args()
    if not options.both:
        _train(options)
        return
    # As torchrun does it, but that processes are forked and need not read torch again.
    config = LaunchConfig(
        1, 1, 2, rdzv_backend="c10d", rdzv_endpoint="localhost:0", start_method="fork"
    )
    elastic_launch(config, _train)(options)


def _train(options: argparse.Namespace) -> None:
    # Tests that were started in the background of a shell have SIGINT ignored, and so would this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
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
    source = Pausing(source) if options.pause else source

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
