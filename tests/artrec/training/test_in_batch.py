"""Batches whose negatives are each other's positives: unbiased, and never what the user chose."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.data import Interactions
from artrec.errors import DataError
from artrec.sampling import SamplingConfig
from artrec.sampling.world import World
from artrec.training import TrainingConfig
from artrec.training.in_batch import InBatchSource, in_batch_source
from artrec.training.sources import triplet_source
from tests.contracts.worlds import checkerboard

LOG = checkerboard().split.train


def source(**settings: object) -> InBatchSource:
    defaults = {"loss": "sampled-softmax", "in_batch": True, "batch": 32, "sampled": 4}
    return in_batch_source(LOG, TrainingConfig(**{**defaults, **settings}))  # type: ignore[arg-type]


def test_an_epoch_has_every_choice_once() -> None:
    seen = []
    for batch in source().epoch(np.random.default_rng(0)):
        users = batch.users[batch.rows]
        seen += (users * LOG.n_items + batch.items[batch.positive]).tolist()

    assert sorted(seen) == sorted(LOG.event_users * LOG.n_items + LOG.items)


def test_profiles_are_empty_and_items_are_distinct() -> None:
    batch = next(source().epoch(np.random.default_rng(0)))

    assert batch.profile.numel() == 0
    assert batch.lengths.tolist() == [0] * batch.n_profiles
    assert np.all(np.diff(batch.items.numpy()) > 0)


def test_what_a_user_chose_is_marked_as_known() -> None:
    batch = next(source().epoch(np.random.default_rng(1)))

    known = set(zip(batch.known_rows.tolist(), batch.known_columns.tolist(), strict=True))

    for row, user in enumerate(batch.users.tolist()):
        history = set(LOG.history(user).tolist())
        columns = {k for k, item in enumerate(batch.items.tolist()) if item in history}
        assert columns == {column for at, column in known if at == row}


def test_the_correction_is_how_often_an_item_is_in_a_batch() -> None:
    drawn = source(batch=24, sampled=4)
    rng = np.random.default_rng(2)
    counts = np.zeros(LOG.n_items)
    expected = np.zeros(LOG.n_items)
    batches = 2000
    for _ in range(batches):
        batch = next(drawn.epoch(rng))
        counts[batch.items] += 1
        expected[batch.items] = batch.log_expected.exp().numpy()

    shares = counts / batches

    np.testing.assert_allclose(shares, expected, atol=0.04)
    assert shares.max() - shares[shares > 0].min() > 0.3


def test_triplets_within_a_batch_have_negatives_the_user_did_not_choose() -> None:
    for batch in source(loss="bpr", negatives=3).epoch(np.random.default_rng(3)):
        assert batch.negative.shape == (len(batch.rows), 3)
        users = batch.users[batch.rows].tolist()
        for user, columns in zip(users, batch.negative, strict=True):
            assert not set(batch.items[columns].tolist()) & set(LOG.history(user).tolist())


def test_negatives_of_triplets_are_equally_likely() -> None:
    drawn = source(loss="bpr", batch=64, sampled=1)
    rng = np.random.default_rng(4)
    counts = np.zeros(LOG.n_items)
    for _ in range(60):
        for batch in drawn.epoch(rng):
            odd = batch.users[batch.rows] % 2 == 1  # to whom every even item is a negative
            counts += np.bincount(batch.items[batch.negative[odd, 0]], minlength=LOG.n_items)

    even = counts[::2][LOG.item_counts[::2] > 0]

    assert LOG.item_counts[::2].max() > 3 * LOG.item_counts[::2][LOG.item_counts[::2] > 0].min()
    assert even.min() > 0.7 * even.max()


def test_who_knows_the_whole_batch_is_no_example() -> None:
    log = Interactions.build([0, 0, 1], [0, 1, 0], user_ids=["all", "one"], item_ids=["a", "b"])
    config = TrainingConfig(loss="bpr", in_batch=True, batch=8, sampled=2)

    batch = next(in_batch_source(log, config).epoch(np.random.default_rng(0)))

    assert batch.users[batch.rows].tolist() == [1]
    assert batch.items[batch.negative].tolist() == [[1]]


def test_nothing_to_train_on_is_refused() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    empty = Interactions.build(nothing, nothing, user_ids=["u"], item_ids=["i"])

    with pytest.raises(DataError, match="no interactions"):
        in_batch_source(empty, TrainingConfig(in_batch=True))


def test_triplets_without_profiles_are_those_with_them() -> None:
    config = TrainingConfig(batch=50)
    world = World(LOG.n_items, None)
    sampling = SamplingConfig(mode="random")
    both = [
        next(
            triplet_source(world, LOG, sampling, config, profiles=profiles).epoch(
                np.random.default_rng(5)
            )
        )
        for profiles in (True, False)
    ]

    whole, bare = both

    assert bare.profile.numel() == 0
    assert bare.n_profiles == len(set(bare.users.tolist()))
    assert len(bare.items) < len(whole.items)
    for name in ("positive", "negative"):
        columns = [getattr(each, name) for each in both]
        assert whole.items[columns[0]].tolist() == bare.items[columns[1]].tolist()
    assert whole.users[whole.rows].tolist() == bare.users[bare.rows].tolist()
