"""One epoch after the other for models whose steps are not those of `artrec.training.loop`.

The same promises: the best epoch is kept, Ctrl-C keeps the best so far, a checkpoint goes on bit by
bit, progress is reported epoch by epoch. What an epoch does is up to the model.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from artrec.errors import TrainingError
from artrec.training import checkpoint
from artrec.training.runtime import Outcome, Progress, Runtime
from artrec.training.scalars import ScalarLog

Epoch = Callable[[np.random.Generator], tuple[float, int]]
"""Trains one epoch with these random numbers; mean loss and number of examples."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many epochs, and by what the best is chosen."""

    epochs: int
    lr: float
    """For the report."""
    seed: int
    patience: int = 1
    """Epochs without a better validation after which training ends."""
    metric: str = "none"
    """Name of what `measure` returns."""
    key: str = ""
    """Names settings and data, so that the checkpoint of another training is not gone on from."""


def run_epochs(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: Epoch,
    measure: Callable[[], float] | None,
    plan: Plan,
    runtime: Runtime,
) -> Outcome:
    """Train in place and leave the best parameters in the network.

    Raises:
        TrainingError: If the loss or a parameter is no longer a number.
        BundleError: If a checkpoint to resume from cannot be used.
    """
    threads = torch.get_num_threads()
    if runtime.threads is not None:
        torch.set_num_threads(runtime.threads)
    try:
        # Said outright, since torch warns of sparse gradients otherwise; it made their rows itself.
        with torch.sparse.check_sparse_tensor_invariants(enable=False):  # type: ignore[no-untyped-call]
            return _run(network, optimizer, epoch, measure, plan, runtime)
    finally:
        torch.set_num_threads(threads)


def _run(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: Epoch,
    measure: Callable[[], float] | None,
    plan: Plan,
    runtime: Runtime,
) -> Outcome:
    state, kept = checkpoint.State(lr=plan.lr), _copy(network)
    if runtime.folder is not None and runtime.resume:
        found = checkpoint.load(runtime.folder, key=plan.key)
        if found is not None:
            state, tensors = found
            network.load_state_dict(tensors["network"])
            optimizer.load_state_dict(tensors["optimizer"])
            kept = {name: value.to(kept[name].device) for name, value in tensors["kept"].items()}
    scalars = ScalarLog(runtime.folder, state.epoch + 1)
    started = time.perf_counter()
    examples, interrupted = 0, False
    try:
        while state.epoch < plan.epochs and not (measure and state.stale >= plan.patience):
            begun = time.perf_counter()
            # By epoch, so that a resumed training draws what an unbroken one would.
            rng = np.random.default_rng((plan.seed, state.epoch))
            torch.manual_seed(int(rng.integers(2**62)))
            network.train()
            loss, count = epoch(rng)
            trained = time.perf_counter() - begun
            _check(network, loss, state.epoch + 1, plan.lr)
            examples += count
            state.epoch += 1
            network.eval()
            metric = None if measure is None else measure()
            if metric is None or state.best is None or metric > state.best:
                # Copied first, so that Ctrl-C meanwhile leaves the best before.
                kept = _copy(network)
                state.best, state.best_epoch, state.stale = metric, state.epoch, 0
            else:
                state.stale += 1
            if runtime.folder is not None:
                tensors = {
                    "network": network.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "kept": kept,
                }
                checkpoint.save(runtime.folder, key=plan.key, state=state, tensors=tensors)
            progress = Progress(
                epoch=state.epoch,
                epochs=plan.epochs,
                loss=loss,
                metric=metric,
                best=state.best,
                lr=plan.lr,
                examples_per_second=count / max(trained, 1e-9),
                seconds=time.perf_counter() - started,
                seconds_left=(time.perf_counter() - begun) * (plan.epochs - state.epoch),
            )
            scalars.write(progress, plan.metric)
            if runtime.on_progress is not None:
                runtime.on_progress(progress)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        scalars.close()
    network.load_state_dict(kept)
    network.eval()
    seconds = time.perf_counter() - started
    outcome = Outcome(state.epoch, state.best_epoch, state.best, interrupted, examples, seconds)
    if runtime.on_end is not None:
        runtime.on_end(outcome)
    return outcome


def _check(network: nn.Module, loss: float, epoch: int, lr: float) -> None:
    finite = all(bool(torch.isfinite(each).all()) for each in network.parameters())
    if not np.isfinite(loss) or not finite:
        raise TrainingError(
            f"The training diverged: the loss is {loss:g} in epoch {epoch}, or a parameter is no "
            f"longer a number. Lower lr (now {lr:g})."
        )


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
