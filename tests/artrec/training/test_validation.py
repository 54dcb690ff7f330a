"""What is held out stays out of every batch, and is measured as the evaluation would."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.data.interactions import IntArray
from artrec.errors import DataError
from artrec.evaluation.evaluate import evaluate
from artrec.models.contract import Profiles
from artrec.training import TrainingConfig, validation
from artrec.training.config import Loss
from artrec.training.validation import hold_out, item_vectors, measure, user_vectors
from tests.artrec.training.toys import camps, toy

Regime = Literal["last-item", "cold-items"]


@pytest.mark.parametrize("loss", ["bpr", "softmax"])
@pytest.mark.parametrize("regime", ["last-item", "cold-items"])
def test_held_out_choices_are_in_no_batch_as_profile_or_positive(
    loss: Loss, regime: Regime
) -> None:
    config = TrainingConfig(loss=loss, validation=regime, batch=128, epoch_examples=1500)
    _, source, held = toy(config)
    assert held.task is not None
    queries = range(len(held.task))
    hidden = {(int(held.task.users[q]), int(i)) for q in queries for i in held.task.relevant[q]}

    seen = set()
    for batch in source.epoch(np.random.default_rng(0)):
        users = batch.users[batch.rows].tolist()
        seen |= set(zip(users, batch.items[batch.positive].tolist(), strict=True))
        owners = batch.users[batch.owners].tolist()
        seen |= set(zip(owners, batch.items[batch.profile].tolist(), strict=True))

    assert len(hidden) >= 50
    assert len(seen) > 300
    assert not seen & hidden


def test_the_last_item_of_each_user_is_held_out() -> None:
    log = camps()

    held = hold_out(log, TrainingConfig(validation="last-item"))

    assert held.task is not None
    for query, user in enumerate(held.task.users):
        *earlier, last = log.history(user).tolist()
        assert held.task.relevant[query].tolist() == [last]
        assert held.train.history(user).tolist() == earlier == held.history.history(user).tolist()


def test_users_with_two_items_train_and_are_not_validated() -> None:
    log = Interactions.build(
        [0, 0, 0, 1, 1], [0, 1, 2, 0, 1], user_ids=["a", "b"], item_ids=["x", "y", "z"]
    )

    held = hold_out(log, TrainingConfig())

    assert held.task is not None
    assert held.task.users.tolist() == [0]
    assert held.train.user_counts.tolist() == [2, 2]


def test_cold_items_are_held_out_whole_and_ranked_among_themselves() -> None:
    log = camps()

    held = hold_out(log, TrainingConfig(validation="cold-items", validation_share=0.2, seed=5))

    assert held.task is not None
    cold = held.task.on_offer
    assert cold.sum() == round(0.2 * np.count_nonzero(log.item_counts))
    assert not held.train.item_counts[cold].any()
    np.testing.assert_array_equal(held.train.item_counts[~cold], log.item_counts[~cold])


def test_no_validation_trains_on_everything() -> None:
    log = camps()

    held = hold_out(log, TrainingConfig(validation="none"))

    assert held.task is None
    assert held.train is log


def test_at_most_so_many_users_are_validated_and_the_seed_says_who() -> None:
    config = TrainingConfig(validation_users=7)
    tasks = [hold_out(camps(), replace(config, seed=seed)).task for seed in (0, 0, 1)]

    users = [task.users.tolist() for task in tasks if task is not None]

    assert len(users[0]) == 7
    assert users[0] == users[1] != users[2]


def test_too_little_to_hold_out_says_what_to_set() -> None:
    log = Interactions.build([0, 0, 1], [0, 1, 0], user_ids=["a", "b"], item_ids=["x", "y"])

    with pytest.raises(DataError, match='validation to "none"'):
        hold_out(log, TrainingConfig())


@pytest.mark.parametrize("metric", ["auc", "rr", "recall@20", "ndcg@20"])
def test_the_validated_figure_is_that_of_the_evaluation(metric: str) -> None:
    network, _, held = toy(TrainingConfig(validation_users=20))
    assert held.task is not None

    def scorer(users: IntArray) -> NDArray[np.float32]:
        table = network.table.weight.detach()
        histories = [torch.tensor(held.history.history(user)) for user in users]
        rows = [network.map(table[history].mean(dim=0)) @ table.T for history in histories]
        return np.stack([row.detach().numpy() for row in rows])

    result = evaluate("toy", scorer, held.task).means()[metric]

    assert measure(network, held, metric) == pytest.approx(result, abs=1e-9)


def test_vectors_made_in_blocks_are_those_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _, held = toy(TrainingConfig())
    profiles = Profiles(held.history.indptr, held.history.items)
    users = np.arange(len(profiles))
    whole = item_vectors(network), user_vectors(network, profiles, users)

    monkeypatch.setattr(network, "items_at_once", 7)
    monkeypatch.setattr(validation, "_ENTRIES_AT_ONCE", 20)
    blocks = item_vectors(network), user_vectors(network, profiles, users)

    assert profiles.lengths.max() > 7
    for mine, other in zip(blocks, whole, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-7)
