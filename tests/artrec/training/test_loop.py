"""The loop: which epoch is kept, when it ends, what it reports, and when it gives up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from artrec.data import Interactions
from artrec.errors import ConfigError, TrainingError
from artrec.sampling import SamplingConfig, Strategy, World
from artrec.training import Outcome, Progress, Runtime, TrainingConfig, loop
from artrec.training.config import Loss
from artrec.training.loop import train
from artrec.training.network import Network
from artrec.training.sources import triplet_source
from artrec.training.validation import HeldOut, measure
from tests.artrec.training.toys import (
    CPU,
    Recorded,
    ToyNetwork,
    assert_equal,
    camps,
    parameters,
    toy,
)

BPR = TrainingConfig(lr=0.05, batch=128, epochs=4)
ALL_LOSSES: tuple[Loss, ...] = ("bpr", "margin", "warp", "softmax", "sampled-softmax")


@pytest.mark.parametrize("loss", ALL_LOSSES)
def test_every_loss_tells_the_camps_apart(loss: Loss) -> None:
    config = replace(BPR, loss=loss, epochs=25, negatives=3, sampled=12)
    if not config.uses_triplets:
        config = replace(config, batch=16)
    network, source, held = toy(config)
    before = measure(network, held, "auc")

    outcome = train(network, source, held, config, CPU)

    assert before < 0.6
    assert outcome.best is not None
    assert outcome.best > 0.75
    assert measure(network, held, "auc") == outcome.best


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_a_step_is_that_of_the_optimizer_on_the_mean_loss_and_the_penalty(optimizer: str) -> None:
    config = TrainingConfig(
        optimizer=optimizer,  # type: ignore[arg-type]
        batch=64, epoch_examples=64, epochs=1, lr=0.1, l2=0.3, weight_decay=0.01,
        validation="none",
    )  # fmt: skip
    network, source, held = toy(config)
    twin, _, _ = toy(config)
    recorded = Recorded(source)
    train(network, recorded, held, config, CPU)
    (batch,) = recorded.batches
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
    by_hand = kinds[optimizer](twin.parameters(), lr=0.1, weight_decay=0.01)
    encoded = twin.encode(batch.items)
    users = twin.user_vectors(batch, encoded)[batch.rows]
    gap = (users * (encoded[batch.positive] - encoded[batch.negative[:, 0]])).sum(dim=1)
    squares = twin.table.weight.square().sum() + twin.map.weight.square().sum()
    objective = -torch.log(torch.sigmoid(gap)).mean() + 0.3 * squares / 2
    torch.autograd.backward(objective)

    by_hand.step()

    for name, value in parameters(network).items():
        np.testing.assert_allclose(value, parameters(twin)[name], rtol=1e-4, atol=1e-6)


def test_sum_reduction_multiplies_the_step_by_the_examples() -> None:
    config = TrainingConfig(
        optimizer="sgd", lr=1.0, batch=50, epoch_examples=50, epochs=1, validation="none"
    )
    start = parameters(toy(config)[0])
    ends = []
    for reduction, lr in (("mean", 1.0), ("sum", 0.02)):
        network, source, held = toy(config)
        settings = replace(config, reduction=reduction, lr=lr)  # type: ignore[arg-type]
        train(network, source, held, settings, CPU)
        ends.append(parameters(network))

    assert not torch.equal(start["table.weight"], ends[0]["table.weight"])
    for name in start:
        np.testing.assert_allclose(ends[0][name], ends[1][name], rtol=1e-4, atol=1e-6)


def test_clipping_bounds_what_a_step_of_sgd_moves() -> None:
    config = TrainingConfig(
        optimizer="sgd", lr=1.0, batch=512, epoch_examples=512, epochs=1, validation="none"
    )
    moved = {}
    for clip in (None, 0.01):
        network, source, held = toy(config)
        start = parameters(network)
        train(network, source, held, replace(config, clip=clip), CPU)
        change = [(value - start[name]).flatten() for name, value in parameters(network).items()]
        moved[clip] = float(torch.cat(change).norm())

    assert moved[None] > 0.02
    assert moved[0.01] == pytest.approx(0.01, rel=1e-3)


class Script:
    """Validation that answers as told, and remembers the parameters it was asked about."""

    def __init__(self, values: list[float]) -> None:
        self.values = values
        self.seen: list[dict[str, Tensor]] = []

    def __call__(self, network: Network, held: HeldOut, metric: str) -> float:
        self.seen.append(parameters(network))
        return self.values[len(self.seen) - 1]


def scripted(
    monkeypatch: pytest.MonkeyPatch, values: list[float], config: TrainingConfig
) -> tuple[Script, ToyNetwork, Outcome, list[Progress]]:
    script = Script(values)
    monkeypatch.setattr(loop, "measure", script)
    network, source, held = toy(config)
    reports: list[Progress] = []
    runtime = replace(CPU, on_progress=reports.append)
    outcome = train(network, source, held, config, runtime)
    return script, network, outcome, reports


def test_the_best_epoch_is_kept_and_patience_ends_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [0.2, 0.6, 0.5, 0.6, 0.4, 0.9]
    config = replace(BPR, epochs=6, patience=3)

    script, network, outcome, _ = scripted(monkeypatch, values, config)

    assert (outcome.epochs, outcome.best_epoch, outcome.best) == (5, 2, 0.6)
    assert_equal(parameters(network), script.seen[1])
    assert not network.training


def test_the_rate_falls_when_nothing_gets_better_and_too_low_a_rate_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = replace(BPR, epochs=20, patience=99, lr=0.1, lr_factor=0.5, lr_patience=2, lr_min=0.02)

    _, _, outcome, reports = scripted(monkeypatch, [0.5, *[0.4] * 9], config)

    rates = [each.lr for each in reports]
    assert rates == pytest.approx([0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    assert outcome.epochs == 7


def test_a_better_epoch_puts_off_the_next_lower_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(BPR, epochs=6, lr=0.1, lr_factor=0.5, lr_patience=2)

    _, _, _, reports = scripted(monkeypatch, [0.5, 0.4, 0.6, 0.4, 0.4, 0.4], config)

    assert [each.lr for each in reports] == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.1, 0.05])


def test_ctrl_c_while_the_best_is_copied_keeps_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy, copies = loop._copy, 0

    def stopped(network: Network) -> dict[str, Tensor]:
        nonlocal copies
        copies += 1
        if copies == 3:  # the beginning, the first epoch, and now the second
            raise KeyboardInterrupt
        return copy(network)

    monkeypatch.setattr(loop, "_copy", stopped)

    script, network, outcome, _ = scripted(monkeypatch, [0.5, 0.6], BPR)

    assert outcome.interrupted
    assert (outcome.best_epoch, outcome.best) == (1, 0.5)
    assert_equal(parameters(network), script.seen[0])


def test_without_validation_all_epochs_run_and_the_last_is_kept() -> None:
    config = replace(BPR, validation="none", patience=1, epochs=3)
    network, source, held = toy(config)
    reports: list[dict[str, Tensor]] = []
    runtime = replace(CPU, on_progress=lambda _: reports.append(parameters(network)))

    outcome = train(network, source, held, config, runtime)

    assert (outcome.epochs, outcome.best_epoch, outcome.best) == (3, 3, None)
    assert_equal(parameters(network), reports[-1])


def test_progress_and_outcome_say_what_happened() -> None:
    network, source, held = toy(BPR)
    reports: list[Progress] = []
    ends: list[Outcome] = []
    runtime = Runtime(device="cpu", on_progress=reports.append, on_end=ends.append)

    outcome = train(network, source, held, BPR, runtime)

    assert [each.epoch for each in reports] == [1, 2, 3, 4]
    assert ends == [outcome]
    assert outcome.examples == 4 * source.examples
    assert outcome.best == max(each.metric or 0 for each in reports) == reports[-1].best
    assert not outcome.interrupted
    assert reports[0].loss > reports[-1].loss > 0
    assert reports[-1].seconds_left == 0 < reports[0].seconds_left
    assert all(each.examples_per_second > 0 for each in reports)


def test_the_loss_of_an_epoch_is_the_mean_over_its_examples() -> None:
    config = TrainingConfig(lr=1e-12, batch=100, epoch_examples=250, epochs=1, validation="none")
    network, source, held = toy(config)
    recorded = Recorded(source)
    reports: list[Progress] = []

    train(network, recorded, held, config, replace(CPU, on_progress=reports.append))

    losses: list[float] = []
    for batch in recorded.batches:
        encoded = network.encode(batch.items)
        users = network.user_vectors(batch, encoded)
        values = loop.example_losses(users, encoded, batch, config, network.n_items)
        losses += values.tolist()
    assert len(losses) == 250
    assert reports[0].loss == pytest.approx(np.mean(losses), rel=1e-5)


@pytest.mark.parametrize("loss", ["bpr", "sampled-softmax"])
def test_equal_seeds_train_equally_with_dropout_and_others_otherwise(loss: Loss) -> None:
    ends: list[dict[str, Tensor]] = []
    for seed in (3, 3, 4):
        config = replace(BPR, loss=loss, sampled=8, seed=seed, epochs=2)
        network, source, held = toy(config, dropout=0.4)
        torch.manual_seed(len(ends))  # whatever came before must not matter
        train(network, source, held, config, CPU)
        ends.append(parameters(network))

    assert_equal(ends[0], ends[1])
    assert not torch.equal(ends[0]["table.weight"], ends[2]["table.weight"])


@pytest.mark.parametrize("steps", [1, 5])
@pytest.mark.parametrize("validation", ["none", "last-item"])
def test_a_training_that_diverges_says_so(steps: int, validation: str) -> None:
    config = TrainingConfig(
        optimizer="sgd",
        lr=1e38,
        l2=1.0,
        batch=100,
        epoch_examples=100 * steps,
        epochs=1,
        validation=validation,  # type: ignore[arg-type]
    )
    network, source, held = toy(config)

    with pytest.raises(TrainingError, match="diverged"):
        train(network, source, held, config, CPU)


def test_a_guideline_that_serves_nobody_is_an_error_and_not_an_empty_training() -> None:
    log = camps()
    n_items = log.n_items
    world = World(n_items, np.arange(n_items, dtype=np.int32), np.zeros(n_items, dtype=np.int32))
    sampling = SamplingConfig(shares={Strategy.ONE_ITEM_SAME_ARTIST: 1.0})
    source = triplet_source(world, log, sampling, BPR)  # every artist has one work only

    with pytest.raises(TrainingError, match="No examples"):
        train(ToyNetwork(n_items), source, HeldOut(log, None, log), BPR, CPU)


def test_an_unknown_metric_is_refused_with_those_known() -> None:
    config = replace(BPR, validation_metric="accuracy")
    network, source, held = toy(config)

    with pytest.raises(ConfigError, match=r"accuracy.*auc"):
        train(network, source, held, config, CPU)


def test_threads_are_set_for_the_training_only() -> None:
    before = torch.get_num_threads()
    network, source, held = toy(BPR)
    during: list[int] = []
    runtime = Runtime(
        device="cpu", threads=2, on_progress=lambda _: during.append(torch.get_num_threads())
    )

    train(network, source, held, replace(BPR, epochs=1), runtime)

    assert during == [2]
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("device", ["cuda:99", "abacus"])
def test_a_device_that_is_not_here_is_refused_by_name(device: str) -> None:
    network, source, held = toy(BPR)

    with pytest.raises(ConfigError, match=device):
        train(network, source, held, BPR, Runtime(device=device))


def test_users_of_no_history_train_nothing_and_harm_nothing() -> None:
    log = camps()
    longer = Interactions.build(
        log.event_users, log.items, user_ids=[*log.user_ids, "late"], item_ids=log.item_ids
    )
    network, source, held = toy(BPR, log=longer)

    outcome = train(network, source, held, BPR, CPU)

    assert outcome.epochs == 4
