from __future__ import annotations

from math import inf, log, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.online.sequential import (
    LEAST,
    Estimate,
    Totals,
    difference,
    evidence,
    interval,
    ratio,
)


def totals(y: NDArray[np.float64], x: NDArray[np.float64]) -> Totals:
    """Of those visitors who were shown something."""
    y, x = y[x > 0], x[x > 0]
    return Totals(len(x), *(float(each) for each in (y.sum(), x.sum(), y @ y, x @ x, x @ y)))


def test_a_rate_and_its_variance_are_those_of_the_formula() -> None:
    shown = np.array([10.0, 20.0] * 10)
    chosen = np.array([1.0, 4.0] * 10)

    estimate = ratio(totals(chosen, shown))

    # 50 of 300; residuals 1 - 10/6 and 4 - 20/6, ten times each; one pseudo-event.
    squares = 10 * ((2 / 3) ** 2 + (2 / 3) ** 2) + 1
    assert estimate.value == pytest.approx(50 / 300)
    assert estimate.variance == pytest.approx(20 / 19 * squares / 300**2)


def test_the_variance_is_that_of_visitors_not_of_works() -> None:
    # Half of them choose everything, half nothing: 40 visitors say what 40 coins say, however
    # many works each is shown.
    shown = np.full(40, 100.0)
    chosen = np.array([100.0, 0.0] * 20)

    assert ratio(totals(chosen, shown)).variance == pytest.approx(0.25 / 39, rel=1e-3)


def test_too_few_visitors_conclude_nothing() -> None:
    few = ratio(totals(np.ones(LEAST - 1), np.ones(LEAST - 1)))

    assert few == Estimate(1.0, inf)
    assert interval(few, scale=0.1).low == -inf
    assert evidence(few, scale=0.1) == 1
    assert ratio(Totals()) == Estimate(0.0, inf)


def test_an_interval_is_that_of_the_mixture() -> None:
    # With V = τ² = 1 the half width is √(2 (log 2 - 2 log α)).
    found = interval(Estimate(3.0, 1.0), scale=1.0, alpha=0.05)

    half = sqrt(2 * (log(2) - 2 * log(0.05)))
    assert (found.low, found.high) == pytest.approx((3 - half, 3 + half))
    assert not found.excludes_zero


@pytest.mark.parametrize("variance", [1e-6, 1e-4, 1e-2])
@pytest.mark.parametrize("scale", [0.01, 0.1])
def test_evidence_reaches_its_bound_just_where_the_interval_leaves_zero(
    variance: float, scale: float
) -> None:
    half = interval(Estimate(0.0, variance), scale=scale).high

    for factor, beyond in ((0.999, False), (1.001, True)):
        estimate = Estimate(-half * factor, variance)
        assert interval(estimate, scale=scale).excludes_zero is beyond
        assert (evidence(estimate, scale=scale) > 20) is beyond


def test_a_difference_is_as_uncertain_as_both_sides_together() -> None:
    found = difference(Estimate(0.5, 0.01), Estimate(0.2, 0.02))

    assert (found.value, found.variance) == pytest.approx((0.3, 0.03))


def test_evidence_has_a_mean_of_one_where_there_is_no_difference() -> None:
    values = np.random.default_rng(0).normal(scale=0.1, size=20_000)

    mean = np.mean([evidence(Estimate(value, 0.01), scale=0.1) for value in values])

    assert mean == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("rate", "scale"), [(0.003, 0.005), (0.02, 0.01), (0.1, 0.01)])
def test_looking_after_every_list_seldom_finds_what_is_not_there(rate: float, scale: float) -> None:
    found = naive = 0
    for seed in range(60):
        looks = _looks(seed, rate=rate, lift=1.0)
        found += any(interval(look, scale=scale).excludes_zero for look in looks)
        naive += any(abs(look.value) > 1.96 * sqrt(look.variance) for look in looks)

    assert found <= 8  # 5 % of 60, and three deviations of chance
    assert naive > 8  # what an interval for one look would have done


def test_a_difference_is_found_at_last_and_in_the_right_direction() -> None:
    looks = list(_looks(0, rate=0.05, lift=4.0))
    intervals = [interval(look, scale=0.1) for look in looks]

    assert intervals[-1].low > 0
    assert not any(each.high < 0 for each in intervals)
    assert evidence(looks[-1], scale=0.1) > 20


def _looks(seed: int, *, rate: float, lift: float) -> list[Estimate]:
    """Two sides of visitors of unlike eagerness who come back; looked at after every third list."""
    rng = np.random.default_rng(seed)
    visitors, lists, works = 120, 4, 70
    side = rng.random(visitors) < 0.5
    eager = np.clip(rate * np.where(side, lift, 1.0) * rng.exponential(size=visitors), 0, 0.9)
    shown, chosen = np.zeros(visitors), np.zeros(visitors)
    found = []
    for number, visitor in enumerate(rng.permutation(np.repeat(np.arange(visitors), lists))):
        shown[visitor] += works
        chosen[visitor] += rng.binomial(works, eager[visitor])
        if number % 3 == 0:
            sides = (ratio(totals(chosen[mask], shown[mask])) for mask in (side, ~side))
            found.append(difference(*sides))
    return [look for look in found if look.variance < inf]


@pytest.mark.parametrize(("scale", "alpha"), [(0.0, 0.05), (-1.0, 0.05), (1.0, 0.0), (1.0, 1.0)])
def test_settings_out_of_range_are_refused(scale: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        interval(Estimate(0.0, 1.0), scale=scale, alpha=alpha)
