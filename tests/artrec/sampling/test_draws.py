from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from artrec.sampling import (
    REAL_USER_SHARES,
    Histories,
    Mode,
    SamplingConfig,
    Strategy,
    TripletSampler,
    World,
    profile_sizes,
    profiles,
    take,
)
from tests.artrec.sampling.drawing import Draw
from tests.artrec.sampling.worlds import random_world, rows

MODES = ["paper", "reference", "icdm", "random"]


def wide_world() -> tuple[World, Histories]:
    return random_world(seed=5, n_items=300, n_users=40)


@pytest.mark.parametrize("mode", MODES)
def test_equal_seeds_give_equal_triplets_and_others_do_not(draw: Draw, mode: Mode) -> None:
    world, histories = wide_world()
    config = SamplingConfig(mode=mode)

    first, second, other = (draw(world, histories, config, 500, seed) for seed in (1, 1, 2))

    for field in fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))
    assert list(rows(first)) != list(rows(other))


@pytest.mark.parametrize("n", [0, 1, 7, 600, 1_001])
def test_each_strategy_gets_its_share_to_within_one(n: int) -> None:
    sampler = TripletSampler(*wide_world())

    drawn = sampler.draw(n, np.random.default_rng(n))

    asked = [row.asked for row in sampler.report()]
    assert sum(asked) == n
    assert all(abs(count - n / 6) < 1 for count in asked)
    assert len(drawn) == sum(row.drawn for row in sampler.report())


def test_shares_hold_on_average_when_a_draw_is_smaller_than_their_number() -> None:
    sampler = TripletSampler(*wide_world())
    rng = np.random.default_rng(4)

    for _ in range(2_000):
        sampler.draw(1, rng)

    assert all(row.asked == pytest.approx(2_000 / 6, abs=60) for row in sampler.report())


def test_own_shares_leave_other_strategies_out() -> None:
    config = SamplingConfig(shares=REAL_USER_SHARES)
    sampler = TripletSampler(*wide_world(), config)

    drawn = sampler.draw(400, np.random.default_rng(0))

    assert [row.asked for row in sampler.report()] == [100, 100, 100, 100]
    assert set(drawn.strategy.tolist()) == {1, 2, 3, 4}
    assert drawn.user.min() >= 0


@pytest.mark.parametrize("mode", MODES)
def test_users_count_alike_however_long_their_history(draw: Draw, mode: Mode) -> None:
    world, _ = wide_world()
    lengths = np.array([1, 2, 50, 0, 3])
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    items = np.random.default_rng(0).integers(0, 300, size=indptr[-1]).astype(np.int32)
    config = SamplingConfig(mode=mode, shares={Strategy.PROFILE_ITEMS: 1.0})

    drawn = draw(world, Histories(indptr, items), config, 402, 0)

    counts = np.bincount(drawn.user, minlength=5)
    assert counts[3] == 0
    assert sorted(set(counts[[0, 1, 2, 4]])) in ([100, 101], [101])


def test_hiding_the_positive_takes_exactly_it_out_of_the_profile(draw: Draw) -> None:
    histories = Histories(np.array([0, 1, 5]), np.array([9, 3, 4, 3, 6], dtype=np.int32))
    config = SamplingConfig(shares={Strategy.PROFILE_ITEMS: 1.0}, hide_positive=1.0)

    drawn = draw(World(10), histories, config, 400, 0)

    found = {(profile, positive) for _, (_, profile, positive, _) in rows(drawn)}
    # A lone item stays, or the profile would be empty; 3 was chosen twice and would stay anyway.
    assert found == {((9,), 9), ((3, 4, 3, 6), 3), ((3, 3, 6), 4), ((3, 4, 3), 6)}


def test_positives_are_hidden_as_often_as_asked(draw: Draw) -> None:
    histories = Histories(np.array([0, 4]), np.arange(4, dtype=np.int32))
    config = SamplingConfig(shares={Strategy.PROFILE_ITEMS: 1.0}, hide_positive=0.3)

    drawn = draw(World(10), histories, config, 10_000, 0)

    assert np.mean(profile_sizes(drawn) == 3) == pytest.approx(0.3, abs=0.02)


def test_profiles_written_out_match_slices_and_holes() -> None:
    drawn = TripletSampler(*wide_world()).draw(500, np.random.default_rng(0))

    indptr, items = profiles(drawn)

    assert np.array_equal(np.diff(indptr), profile_sizes(drawn))
    for row in range(len(drawn)):
        places = [p for p in range(drawn.start[row], drawn.stop[row]) if p != drawn.hole[row]]
        assert items[indptr[row] : indptr[row + 1]].tolist() == drawn.pool[places].tolist()


def test_taking_a_slice_of_a_block_copies_nothing() -> None:
    drawn = TripletSampler(*wide_world()).draw(500, np.random.default_rng(0))

    batch = take(drawn, slice(100, 228))

    assert len(batch) == 128
    assert np.shares_memory(batch.start, drawn.start)
    assert batch.pool is drawn.pool


def test_a_block_comes_shuffled_not_by_strategy(draw: Draw) -> None:
    drawn = draw(*wide_world(), SamplingConfig(), 6_000, 0)

    changes = np.mean(drawn.strategy[1:] != drawn.strategy[:-1])

    assert changes == pytest.approx(5 / 6, abs=0.03)
