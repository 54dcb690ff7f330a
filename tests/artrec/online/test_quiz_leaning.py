from __future__ import annotations

import numpy as np
import pytest

from artrec.online.quiz_leaning import standing_out, tail


def test_the_tail_of_equal_coins_is_binomial() -> None:
    # Three of four fair coins or more: (4 + 1) / 16.
    assert tail([0.5] * 4, 3) == pytest.approx(5 / 16)


def test_the_tail_of_unequal_coins_is_that_of_a_hand_computed_case() -> None:
    # Both of 1/4 and 1/2: 1/8. One or more: 1 - 3/4 * 1/2.
    assert tail([0.25, 0.5], 2) == pytest.approx(1 / 8)
    assert tail([0.25, 0.5], 1) == pytest.approx(5 / 8)
    assert tail([0.25, 0.5], 0) == 1


def test_a_trait_that_every_work_has_is_no_leaning() -> None:
    assert tail([1.0, 1.0, 1.0], 3) == pytest.approx(1)


def test_always_the_lightest_of_each_stands_out() -> None:
    shown = [[10.0, 20.0, 30.0, 40.0]] * 8

    # The mean is 25 and the variance 125 each: 8 * 15 / √(8 * 125).
    assert standing_out([40.0] * 8, shown) == pytest.approx(120 / np.sqrt(1000))
    assert standing_out([10.0] * 8, shown) == pytest.approx(-120 / np.sqrt(1000))


def test_where_all_is_alike_nothing_stands_out() -> None:
    assert standing_out([5.0, 5.0], [[5.0, 5.0], [5.0, 5.0]]) == 0
