"""The training loop: one epoch after the other, the best one kept.

Under `torchrun` every process draws its own share of the examples and gradients are averaged, so
that all hold the same parameters; the first process validates, writes and reports.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from artrec.data import Interactions
from artrec.errors import TrainingError
from artrec.training import checkpoint, distributed, losses
from artrec.training.batches import Batch
from artrec.training.config import TrainingConfig
from artrec.training.device import autocast, choose_device, scaler_for
from artrec.training.network import Network
from artrec.training.on_device import drawing_device, drawn_on
from artrec.training.runtime import Outcome, Progress, Runtime
from artrec.training.scalars import ScalarLog
from artrec.training.sources import Source
from artrec.training.validation import HeldOut, measure


def train(
    network: Network,
    source: Source,
    held: HeldOut,
    config: TrainingConfig,
    runtime: Runtime | None = None,
    *,
    about: str = "",
) -> Outcome:
    """Train in place and leave the best parameters in the network.

    `about` names what else network and source were made by, such as the settings of a model: a
    checkpoint about something else is not gone on from.

    Ctrl-C ends the training and keeps the best epoch so far.

    Raises:
        TrainingError: If the loss or a parameter is no longer a number.
        BundleError: If a checkpoint to resume from cannot be used.
    """
    runtime = runtime or Runtime()
    with _threads(runtime.threads):
        peers = distributed.group()
        return _Trainer(network, source, held, config, runtime, peers, about).run()


class _Trainer:
    def __init__(
        self,
        network: Network,
        source: Source,
        held: HeldOut,
        config: TrainingConfig,
        runtime: Runtime,
        peers: distributed.Group,
        about: str,
    ) -> None:
        self.device = choose_device(runtime.device, peers)
        self.network = network.to(self.device)
        self.source = drawn_on(source, drawing_device(runtime.draw_on, self.device, peers))
        self.held = held
        self.config = config
        self.runtime = runtime
        self.peers = peers
        self.optimizer = _optimizer(network, config)
        self.scaler = scaler_for(runtime.precision, self.device)
        self.state = checkpoint.State(lr=config.lr)
        self.kept = _copy(network)
        self.examples = 0
        self.key = ""
        if runtime.folder is not None:  # reads all features once
            self.key = _key(network, held.train, config, f"{about} {runtime.draw_on}")

    def run(self) -> Outcome:
        self._resume()
        scalars = ScalarLog(self.runtime.folder if self.peers.first else None, self.state.epoch + 1)
        started = time.perf_counter()
        interrupted = False
        try:
            while self.state.epoch < self.config.epochs and not self._exhausted():
                progress = self._epoch(started)
                self._save(progress)
                scalars.write(progress, self.config.validation_metric)
                self._report(progress)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            scalars.close()
        state = self.state
        if self.held.task is not None and state.best_epoch:
            self.network.load_state_dict(self.kept)
        self.network.eval()
        seconds = time.perf_counter() - started
        outcome = Outcome(
            state.epoch, state.best_epoch, state.best, interrupted, self.examples, seconds
        )
        if self.peers.first and self.runtime.on_end is not None:
            self.runtime.on_end(outcome)
        return outcome

    def _epoch(self, started: float) -> Progress:
        config, state = self.config, self.state
        for group in self.optimizer.param_groups:
            group["lr"] = state.lr
        begun = time.perf_counter()
        loss, examples = self._steps(state.epoch)
        seconds = time.perf_counter() - begun
        self.examples += examples * self.peers.size
        state.epoch += 1
        lr = state.lr
        metric = self._validate()
        return Progress(
            epoch=state.epoch,
            epochs=config.epochs,
            loss=loss,
            metric=metric,
            best=state.best,
            lr=lr,
            examples_per_second=examples * self.peers.size / max(seconds, 1e-9),
            seconds=time.perf_counter() - started,
            seconds_left=(time.perf_counter() - begun) * (config.epochs - state.epoch),
        )

    def _steps(self, epoch: int) -> tuple[float, int]:
        """Train one epoch; mean loss and number of examples of this process."""
        rng = np.random.default_rng((self.config.seed, epoch, self.peers.rank))
        torch.manual_seed(int(rng.integers(2**62)))  # dropout, likewise by epoch
        self.network.begin_epoch(epoch)
        self.network.train()
        total = torch.zeros((), device=self.device)
        examples = 0
        # All processes must take equally many steps, or those that go on would wait for ever.
        for batch in self.peers.in_step(self.source.epoch(rng, self.peers.size)):
            total += self._step(batch.to(self.device)) * len(batch.rows)
            examples += len(batch.rows)
        if not examples:
            raise TrainingError(
                "No examples could be drawn: the sampling serves none of the users or items. "
                "Choose other strategies or shares, or train on more interactions."
            )
        loss = float(total) / examples
        if not np.isfinite(loss) or not _finite(self.network):
            raise TrainingError(
                f"The training diverged: the loss is {loss:g} in epoch {epoch + 1}, or a parameter "
                f"is no longer a number. Lower lr (now {self.state.lr:g}), clip the gradient, or "
                f"use reduction mean."
            )
        return loss, examples

    def _step(self, batch: Batch) -> Tensor:
        config, network = self.config, self.network
        self.optimizer.zero_grad(set_to_none=True)
        with autocast(self.runtime.precision, self.device):
            encoded = network.encode(batch.items)
            users = network.user_vectors(batch, encoded)
            items = network.item_vectors(encoded)
            values = example_losses(users, items, batch, config, network.n_items)
        loss = values.sum() if config.reduction == "sum" else values.mean()
        objective = loss
        if config.l2:
            objective = objective + config.l2 * network.penalty(batch, encoded)
        torch.autograd.backward(self.scaler.scale(objective))
        self.peers.average_gradients(network)
        if config.clip is not None:
            self.scaler.unscale_(self.optimizer)
            torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return values.detach().mean()

    def _validate(self) -> float | None:
        """Measure, remember the best, cut the learning rate where nothing gets better."""
        config, state = self.config, self.state
        if self.held.task is None:
            state.best_epoch = state.epoch
            return None
        self.network.eval()
        metric = self.peers.from_first(
            lambda: measure(self.network, self.held, config.validation_metric)
        )
        if state.best is None or metric > state.best:
            # Copied first, so that Ctrl-C meanwhile leaves the best before.
            self.kept = _copy(self.network)
            state.best, state.best_epoch = metric, state.epoch
            state.stale = state.stale_lr = 0
        else:
            state.stale += 1
            state.stale_lr += 1
            if state.stale_lr >= max(config.lr_patience, 1):
                state.lr *= config.lr_factor
                state.stale_lr = 0
        return metric

    def _exhausted(self) -> bool:
        if self.held.task is None:
            return False
        return self.state.stale >= self.config.patience or self.state.lr < self.config.lr_min

    def _save(self, progress: Progress) -> None:
        if self.runtime.folder is None or not self.peers.first:
            return
        tensors = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "kept": self.kept,
            "progress": asdict(progress),
        }
        checkpoint.save(self.runtime.folder, key=self.key, state=self.state, tensors=tensors)

    def _resume(self) -> None:
        if self.runtime.folder is None or not self.runtime.resume:
            return
        found = checkpoint.load(self.runtime.folder, key=self.key)
        if found is not None:
            self.state, tensors = found
            self.network.load_state_dict(tensors["network"])
            self.optimizer.load_state_dict(tensors["optimizer"])
            self.scaler.load_state_dict(tensors["scaler"])
            self.kept = {name: value.to(self.device) for name, value in tensors["kept"].items()}

    def _report(self, progress: Progress) -> None:
        if self.peers.first and self.runtime.on_progress is not None:
            self.runtime.on_progress(progress)


def example_losses(
    users: Tensor, items: Tensor, batch: Batch, config: TrainingConfig, n_items: int
) -> Tensor:
    """(B,) loss of each example, from (P, T) user and (n, T) item vectors; `n_items` is N."""
    owners = users[batch.rows]
    positive = (owners * items[batch.positive]).sum(dim=1)
    if not config.uses_triplets:
        others = users @ items.T - batch.log_expected
        others = others.index_put(
            (batch.known_rows, batch.known_columns), others.new_tensor(-torch.inf)
        )
        return losses.softmax(others, batch.rows, positive)
    negative = torch.einsum("bt,bmt->bm", owners, items[batch.negative])
    if config.loss == "margin":
        return losses.margin(positive, negative, width=config.margin)
    if config.loss == "warp":
        return losses.warp(positive, negative, width=config.margin, n_items=n_items)
    return losses.bpr(positive, negative)


def _optimizer(network: Network, config: TrainingConfig) -> torch.optim.Optimizer:
    trained = [each for each in network.parameters() if each.requires_grad]
    kinds: dict[str, Any] = {
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "sgd": torch.optim.SGD,
    }
    optimizer: torch.optim.Optimizer = kinds[config.optimizer](
        trained, lr=config.lr, weight_decay=config.weight_decay
    )
    return optimizer


def _finite(network: Network) -> bool:
    return all(bool(torch.isfinite(each).all()) for each in network.parameters())


def _copy(network: Network) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def _key(network: Network, log: Interactions, config: TrainingConfig, about: str) -> str:
    """Names the settings, the network, its features and the data of a training."""
    digest = hashlib.sha256()
    # More epochs of the same training is a way to go on, not another training.
    settings = {name: value for name, value in asdict(config).items() if name != "epochs"}
    shapes = [(name, list(value.shape)) for name, value in network.state_dict().items()]
    parts = [settings, shapes, repr(network), about, log.n_users, log.n_items]
    digest.update(json.dumps(parts).encode())
    constant = [buffer.cpu().numpy() for buffer in network.buffers()]
    for values in (log.indptr, log.items, log.baskets, *constant):
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    if count is not None:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
