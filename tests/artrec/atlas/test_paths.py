"""A walk from one work to another."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.atlas.paths import walk
from artrec.errors import ShapeError

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def arc(count: int = 61) -> Floats:
    """Works along half a circle; the first and the last are opposite."""
    angles = np.linspace(0, np.pi, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_a_walk_follows_the_works_rather_than_leaping() -> None:
    found = walk(arc(), 0, 60, 61)

    steps = np.linalg.norm(np.diff(arc()[found], axis=0), axis=1)
    assert found[0] == 0
    assert found[-1] == 60
    assert steps.max() < 0.12
    assert (np.diff(found) > 0).all()


def test_a_long_way_is_thinned_to_even_steps() -> None:
    found = walk(arc(), 60, 0, 7)

    np.testing.assert_array_equal(found, [60, 50, 40, 30, 20, 10, 0])


def test_a_short_way_is_filled_with_works_that_lie_between() -> None:
    cloud = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    start, end = int(cloud[:, 0].argmin()), int(cloud[:, 0].argmax())

    found = walk(cloud, start, end, 20)

    assert len(set(found.tolist())) == 20
    assert (found[0], found[-1]) == (start, end)


def test_where_nothing_lies_between_the_walk_is_short() -> None:
    found = walk(np.array([[0, 0], [1, 0], [9, 9]], dtype=np.float32), 0, 1, 8)

    np.testing.assert_array_equal(found, [0, 1])


def test_far_groups_have_a_way_between_them() -> None:
    groups = np.random.default_rng(0).normal(scale=0.01, size=(60, 4)).astype(np.float32)
    groups[30:] += 100

    found = walk(groups, 0, 59, 4)

    assert (found[0], found[-1]) == (0, 59)


def test_copies_of_a_work_are_no_obstacle() -> None:
    copies = np.concatenate([np.zeros((40, 3)), np.ones((40, 3))]).astype(np.float32)

    found = walk(copies, 0, 79, 2)

    np.testing.assert_array_equal(found, [0, 79])


@pytest.mark.parametrize(("start", "end", "steps"), [(0, 0, 5), (0, 61, 5), (-1, 3, 5), (0, 3, 1)])
def test_a_walk_needs_two_works_and_two_steps(start: int, end: int, steps: int) -> None:
    with pytest.raises(ShapeError, match="two different works of 61"):
        walk(arc(), start, end, steps)
