"""Union, intersection and difference keep the order of the first."""

from __future__ import annotations

import numpy as np
import pytest

from webapp.selections.combining import difference, intersection, union
from webapp.selections.ordering import stepped

PARTS = ([3, 1, 2], [2, 4, 3], [5, 3])


def test_parts_are_put_together_in_the_order_of_the_first() -> None:
    assert union(PARTS) == [3, 1, 2, 4, 5]
    assert intersection(PARTS) == [3]
    assert difference(PARTS) == [1]


def test_nothing_put_together_is_nothing() -> None:
    assert union([]) == intersection([]) == difference([]) == []


def test_a_hundred_thousand_works_are_the_same_as_sets() -> None:
    rng = np.random.default_rng(0)
    one, two = (rng.permutation(150_000)[:100_000].tolist() for _ in range(2))

    assert set(union([one, two])) == {*one, *two}
    assert set(intersection([one, two])) == {*one} & {*two}
    assert set(difference([one, two])) == {*one} - {*two}


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("up-2", [2, 1, 3]),
        ("down-2", [1, 3, 2]),
        ("up-1", [1, 2, 3]),
        ("down-3", [1, 2, 3]),
        ("down-9", [1, 2, 3]),
        ("", [1, 2, 3]),
    ],
)
def test_a_work_goes_one_step_but_never_off_the_wall(step: str, after: list[int]) -> None:
    assert stepped([1, 2, 3], step) == after
