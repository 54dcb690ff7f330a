"""Laying a new map over an old one."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.atlas.alignment import align
from artrec.errors import ShapeError


def points(count: int = 20) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)


def test_a_map_that_was_turned_mirrored_scaled_and_shifted_lies_where_it_was() -> None:
    old = points()
    turn = np.array([[0.6, -0.8], [-0.8, -0.6]])  # turned and mirrored
    new = (2.5 * old @ turn + [3, -1]).astype(np.float32)

    moved, drift = align(new, old, np.stack([np.arange(20)] * 2, axis=1))

    np.testing.assert_allclose(moved, old, atol=1e-5)
    assert drift.max() < 1e-5


def test_a_work_that_went_elsewhere_has_the_largest_drift() -> None:
    old = points()
    new = -old
    new[7] += 4

    _, drift = align(new, old, np.stack([np.arange(20)] * 2, axis=1))

    assert drift.argmax() == 7


def test_works_of_one_map_alone_move_with_the_rest() -> None:
    old = points()
    new = np.concatenate([old[10:] + 5, np.array([[5, 5]], dtype=np.float32)])

    moved, drift = align(new, old, np.stack([np.arange(10), np.arange(10, 20)], axis=1))

    assert moved.shape == (11, 2)
    assert drift.shape == (10,)
    np.testing.assert_allclose(moved[10], [0, 0], atol=1e-5)


def test_without_shared_works_the_map_stays() -> None:
    moved, drift = align(points(), points(5), np.zeros((0, 2), dtype=np.int64))

    np.testing.assert_array_equal(moved, points())
    assert drift.shape == (0,)


def test_one_shared_work_shifts_the_map_and_does_not_shrink_it() -> None:
    new = points()

    moved, _ = align(new, new + 2, np.array([[3, 3]]))

    np.testing.assert_allclose(moved, new + 2, atol=1e-5)


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ShapeError, match="pairs of rows"):
        align(points(), points(), np.arange(3))
