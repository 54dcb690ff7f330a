"""Fit and evaluate one model in a process of its own.

The peak of memory is then that of this model, whatever came before it, and a model that the system
ends for want of memory takes nothing else with it.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import numpy as np

from artrec.cli import fitting, protocols, results
from artrec.cli.dataset import Prepared
from artrec.cli.protocols import Protocol
from artrec.errors import ArtrecError
from artrec.evaluation.evaluate import evaluate
from artrec.models.contract import Content, TrainingData

_SHUFFLE_SEED: Final = 20210413


@dataclass(frozen=True, eq=False)
class Job:
    """One model to measure and where its result goes."""

    name: str
    model: str
    config: Any
    shuffled: bool
    prepared: Prepared
    protocol: Protocol
    device: str
    key: str
    out: Path
    checkpoints: Path
    resume: bool = True
    """Go on from a checkpoint of an interrupted training."""


def measure(job: Job) -> str | None:
    """Fit, evaluate and keep the result in `job.out`; a sentence if that failed."""
    context = multiprocessing.get_context("spawn")  # no threads or caches of ours in there
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(job, sender), daemon=True)
    try:
        # The process must have all it needs, or it would complain about the half of it.
        with _ctrl_c_held_back():
            process.start()
        sender.close()
        failure: str | None = receiver.recv()
    except EOFError:
        failure = "its process ended without a word, as it does when memory runs out."
    except KeyboardInterrupt:
        if process.is_alive():
            process.terminate()
        raise
    finally:
        if process.is_alive():
            process.join()
        receiver.close()
    return failure


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Let Ctrl-C take effect only at the end, here and in processes started within.

    They inherit the mask. Here the mask would not do: the signal may reach another thread, one of
    BLAS say, and Python then interrupts the main thread all the same.
    """
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def shuffled(content: Content) -> Content:
    """Features and pictures on the wrong items: what a model does without looking at them."""
    if content.n_items is None:
        return content
    order = np.random.default_rng(_SHUFFLE_SEED).permutation(content.n_items)
    return replace(
        content,
        features={name: rows[order] for name, rows in content.features.items()},
        pixels=None if content.pixels is None else content.pixels[order],
    )


def _child(job: Job, sender: Connection[str | None, Any]) -> None:
    # Ctrl-C is for the comparison: a training cut short must not pass for a finished one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run_here(job)
    except ArtrecError as error:
        sender.send(str(error))
    except MemoryError:
        sender.send("there is not enough memory.")
    except Exception as error:
        # One broken model must not cost the others their table.
        sender.send(f"{type(error).__name__}: {error}")
    else:
        sender.send(None)


def run_here(job: Job) -> None:
    """Fit, evaluate and keep the result, in this process. Raises what the model raises."""
    split, task = protocols.make(job.protocol, job.prepared.dataset)
    content = job.prepared.content
    data = TrainingData(split.train, shuffled(content) if job.shuffled else content)
    fitted = fitting.fit(
        job.model,
        data,
        job.config,
        device=job.device,
        folder=job.checkpoints if fitting.trains(job.model) else None,
        resume=job.resume,
    )
    result = evaluate(
        job.name,
        fitted.model.scorer(split.history),
        task,
        background=protocols.background(job.prepared, split),
    )
    details = {results.FIT: fitted.cpu_seconds, results.PEAK: _peak_bytes() / 2**20}
    if fitted.examples_per_second is not None:
        details[results.RATE] = fitted.examples_per_second
    results.write(job.out, replace(result, details=details), job.key)


def _peak_bytes() -> int:
    """Largest resident memory of this process so far, data and interpreter included."""
    try:
        # ru_maxrss would start from that of the parent on Linux.
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
