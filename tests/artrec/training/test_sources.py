"""What epochs are made of: users with profile and target, triplets, and how often what comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from artrec.data import Interactions
from artrec.errors import DataError
from artrec.training import TrainingConfig
from artrec.training.batches import Batch
from artrec.training.config import Loss, Targets
from artrec.training.loop import example_losses
from artrec.training.sources import UserSource, user_source
from tests.artrec.training.toys import random_log, toy

SOFTMAX = TrainingConfig(loss="softmax", batch=4)


def batches(source: UserSource, seed: int = 0) -> list[Batch]:
    return list(source.epoch(np.random.default_rng(seed)))


def users_of(batch: Batch) -> Iterator[tuple[int, list[int], list[int]]]:
    """User row, items of the profile, items asked for."""
    for row, user in enumerate(batch.users.tolist()):
        columns = batch.profile[batch.offsets[row] : batch.offsets[row + 1]]
        asked = batch.positive[batch.rows == row]
        yield user, batch.items[columns].tolist(), batch.items[asked].tolist()


@given(
    seed=st.integers(0, 300),
    share=st.floats(0.05, 0.95),
    targets=st.sampled_from(["random", "latest"]),
    loss=st.sampled_from(["softmax", "sampled-softmax"]),
)
def test_profile_and_target_part_the_history(
    seed: int, share: float, targets: Targets, loss: Loss
) -> None:
    log = random_log(seed)
    config = replace(SOFTMAX, loss=loss, sampled=3, target_share=share, targets=targets)
    source = user_source(log, config)

    for batch in batches(source, seed):
        for user, profile, asked in users_of(batch):
            history = source.log.history(user).tolist()
            assert profile
            assert asked
            assert not set(profile) & set(asked)
            assert profile == [item for item in history if item in profile]  # in order of time
            if targets == "random":
                assert sorted(profile + asked) == sorted(history)
            else:
                assert history[: len(profile) + len(asked)] == profile + asked


@given(seed=st.integers(0, 300), loss=st.sampled_from(["softmax", "sampled-softmax"]))
def test_known_covers_the_history_and_nothing_else(seed: int, loss: Loss) -> None:
    source = user_source(random_log(seed), replace(SOFTMAX, loss=loss, sampled=3))

    for batch in batches(source, seed):
        for row, user in enumerate(batch.users.tolist()):
            known = batch.items[batch.known_columns[batch.known_rows == row]].tolist()
            assert sorted(known) == sorted(source.log.history(user).tolist())


@given(seed=st.integers(0, 300), cap=st.integers(1, 4))
def test_a_capped_profile_is_part_of_the_whole_one(seed: int, cap: int) -> None:
    source = user_source(random_log(seed), replace(SOFTMAX, profile_cap=cap))

    for batch in batches(source, seed):
        for user, profile, asked in users_of(batch):
            rest = [item for item in source.log.history(user).tolist() if item not in asked]
            assert len(profile) == min(cap, len(rest))
            assert set(profile) <= set(rest)


@given(seed=st.integers(0, 100))
def test_every_user_with_two_items_comes_once_an_epoch(seed: int) -> None:
    source = user_source(random_log(seed), SOFTMAX)

    seen = [user for batch in batches(source, seed) for user in batch.users.tolist()]

    assert sorted(seen) == np.flatnonzero(source.log.user_counts >= 2).tolist()
    assert source.examples == len(seen)


def test_a_target_share_of_one_asks_for_everything_and_leaves_no_profile() -> None:
    source = user_source(random_log(0), replace(SOFTMAX, target_share=1.0))

    for batch in batches(source):
        for user, profile, asked in users_of(batch):
            assert profile == []
            assert sorted(asked) == sorted(source.log.history(user).tolist())


def test_a_longer_epoch_comes_back_to_everybody_equally_often() -> None:
    config = replace(SOFTMAX, batch=5, epoch_examples=24)
    log = random_log(1, n_users=8, longest=4)
    source = user_source(log, config)

    seen = np.concatenate([batch.users.numpy() for batch in batches(source)])

    counts = np.bincount(seen, minlength=8)[source.log.user_counts >= 2]
    assert len(seen) == 24
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("chosen_only", [True, False])
def test_the_softmax_compares_with_the_catalogue_or_with_what_somebody_chose(
    chosen_only: bool,
) -> None:
    log = random_log(2, n_items=60)
    source = user_source(log, replace(SOFTMAX, chosen_only=chosen_only))

    for batch in batches(source):
        expected = np.flatnonzero(log.item_counts) if chosen_only else np.arange(60)
        np.testing.assert_array_equal(batch.items.numpy(), expected)
        assert not batch.log_expected.any()


@pytest.mark.parametrize("batch", [4, 24, 40, 100])
def test_a_column_is_there_as_often_as_its_correction_says(batch: int) -> None:
    log = random_log(3, n_users=40, n_items=50, longest=5)
    config = TrainingConfig(loss="sampled-softmax", sampled=10, batch=batch)
    source = user_source(log, config)
    usable = np.flatnonzero(source.log.user_counts >= 2)
    rng = np.random.default_rng(0)
    rounds = 3000

    found = np.zeros(log.n_items)
    claimed = np.zeros(log.n_items)
    for _ in range(rounds):
        drawn = next(source.epoch(rng))
        assert len(drawn.users) == min(batch, len(usable))
        found[drawn.items] += 1
        claimed[drawn.items] = drawn.log_expected.exp().numpy()

    seen = found > 0
    np.testing.assert_allclose(claimed[seen], found[seen] / rounds, atol=0.05)


def test_the_sampled_softmax_is_the_full_one_on_average() -> None:
    log = random_log(4, n_users=60, n_items=300, longest=5)
    sampled = TrainingConfig(
        loss="sampled-softmax", sampled=100, batch=15, chosen_only=False, epoch_examples=15
    )
    full = replace(sampled, loss="softmax")
    generator = torch.Generator().manual_seed(0)
    users = torch.randn(log.n_users, 3, generator=generator)
    items = torch.randn(log.n_items, 3, generator=generator)
    mean = {}

    for config in (sampled, full):
        source, rng = user_source(log, config), np.random.default_rng(0)
        values = [
            example_losses(users[b.users], items[b.items], b, config, log.n_items).mean()
            for _ in range(400)
            for b in source.epoch(rng)
        ]
        mean[config.loss] = float(torch.stack(values).mean())

    assert mean["sampled-softmax"] == pytest.approx(mean["softmax"], rel=0.01)


def test_with_everything_sampled_the_sampled_softmax_is_the_full_one() -> None:
    log = random_log(5)
    full = user_source(log, SOFTMAX)
    sampled = user_source(log, replace(SOFTMAX, loss="sampled-softmax", sampled=12))

    for mine, other in zip(batches(full), batches(sampled), strict=True):
        for name in ("items", "users", "profile", "positive", "log_expected"):
            assert torch.equal(getattr(mine, name), getattr(other, name))


@pytest.mark.parametrize("loss", ["bpr", "softmax", "sampled-softmax"])
def test_an_epoch_is_decided_by_its_seed_alone(loss: Loss) -> None:
    _, source, _ = toy(TrainingConfig(loss=loss, batch=64, sampled=8, negatives=2))
    first = list(source.epoch(np.random.default_rng((0, 3))))
    list(source.epoch(np.random.default_rng((0, 4))))

    again = list(source.epoch(np.random.default_rng((0, 3))))
    other = list(source.epoch(np.random.default_rng((1, 3))))

    same = [torch.equal(a.positive, b.positive) for a, b in zip(first, again, strict=True)]
    assert all(same)
    assert not torch.equal(first[0].positive, other[0].positive)


def test_triplets_come_in_batches_of_the_size_asked_for() -> None:
    config = TrainingConfig(batch=100, epoch_examples=250, validation="none")
    _, source, _ = toy(config)

    sizes = [len(batch.rows) for batch in source.epoch(np.random.default_rng(0))]
    halved = [len(batch.rows) for batch in source.epoch(np.random.default_rng(0), 2)]

    assert sizes == [100, 100, 50]
    assert halved == [100, 25]
    assert source.examples == 250


def test_further_negatives_are_items_the_user_has_not_chosen() -> None:
    _, source, held = toy(TrainingConfig(negatives=6, batch=128))
    histories = [set(held.train.history(user).tolist()) for user in range(held.train.n_users)]

    for batch in source.epoch(np.random.default_rng(0)):
        assert batch.negative.shape == (len(batch.rows), 6)
        for user, negatives in zip(
            batch.users[batch.rows].tolist(), batch.items[batch.negative].tolist(), strict=True
        ):
            assert not histories[user] & set(negatives)


def test_users_with_one_item_each_are_too_little_for_profiles() -> None:
    log = Interactions.build([0, 1, 1], [0, 2, 2], user_ids=["a", "b"], item_ids=["x", "y", "z"])

    with pytest.raises(DataError, match="two items"):
        user_source(log, SOFTMAX)
