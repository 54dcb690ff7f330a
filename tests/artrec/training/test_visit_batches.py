"""Session-parallel lanes hold every step of every visit once; negatives are drawn as asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artrec.data.sessions import Visits
from artrec.training.visit_batches import Lanes, Negatives, session_parallel


def visits(lengths: list[int]) -> Visits:
    """Every event is an item of its own, so that a lane can be read back."""
    total = sum(lengths)
    return Visits(
        indptr=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        items=np.arange(total),
        times=np.arange(total),
        users=np.arange(len(lengths)),
        n_items=total,
    )


def read_back(lanes: Lanes) -> list[list[int]]:
    """The visits found by walking down each lane."""
    found: list[list[int]] = []
    for items, targets, begins in zip(lanes.items.T, lanes.targets.T, lanes.begins.T, strict=True):
        for item, target, begin in zip(items, targets, begins, strict=True):
            if item < 0:
                assert target < 0
                continue
            if begin:
                found.append([item])
            assert found[-1][-1] == item
            found[-1].append(target)
    return sorted(found)


@given(st.lists(st.integers(1, 7), min_size=1, max_size=30), st.integers(1, 6), st.integers(0, 9))
def test_lanes_hold_every_visit_of_two_items_once_and_in_order(
    lengths: list[int], lanes: int, seed: int
) -> None:
    world = visits(lengths)

    made = session_parallel(world, lanes, np.random.default_rng(seed))

    assert read_back(made) == [world[row].tolist() for row in range(len(world)) if lengths[row] > 1]
    # Once a lane is dry it stays so, and none waits while others have two visits to go.
    dry = made.items < 0
    assert np.all(dry[1:] >= dry[:-1])
    if made.items.size:
        assert dry.sum(axis=0).max() <= max(lengths)


def test_visits_come_in_another_order_every_epoch() -> None:
    world = visits([3] * 40)
    rng = np.random.default_rng(0)

    first, second = (session_parallel(world, 4, rng).items for _ in range(2))

    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first, axis=None), np.sort(second, axis=None))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_negatives_follow_the_power_of_their_counts(alpha: float) -> None:
    counts = np.array([0, 1, 4, 16, 0])
    negatives = Negatives(counts, samples=2, alpha=alpha)

    drawn = negatives.draw(np.random.default_rng(0), (200, 200))

    expected = np.where(counts > 0, counts**alpha, 0) / np.sum(counts[counts > 0] ** alpha)
    shares = np.bincount(drawn.ravel(), minlength=5) / drawn.size
    np.testing.assert_allclose(shares, expected, atol=0.01)
    some = np.array([3, 0, 1, 3])
    np.testing.assert_allclose(
        negatives.expected(some, others=7), (2 * expected + 7 * counts / 21)[some], rtol=1e-5
    )
    assert negatives.all is None


def test_a_small_catalogue_is_taken_as_a_whole() -> None:
    negatives = Negatives(np.array([3, 0, 1]), samples=2, alpha=0.5)

    assert negatives.all is not None
    assert negatives.all.tolist() == [0, 2]
