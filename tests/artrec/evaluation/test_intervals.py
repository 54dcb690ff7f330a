from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from artrec.errors import ShapeError
from artrec.evaluation import intervals


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(300):
        found = intervals.bootstrap(rng.exponential(size=80), n_resamples=400, seed=seed)
        covered += found.low <= 1 <= found.high

    # The percentile interval of a skewed mean is a little short: 93 % is expected of 95 %.
    assert 0.89 <= covered / 300 <= 0.98


def test_the_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(1).normal(size=60)

    ours = intervals.bootstrap(values, n_resamples=20000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=20000, method="percentile", rng=2)

    assert ours.mean == values.mean()
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.01)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.01)


def test_undefined_values_are_left_out_and_seeds_repeat() -> None:
    values = np.array([1.0, np.nan, 3.0])

    assert intervals.bootstrap(values).mean == 2
    assert intervals.bootstrap(values, seed=4) == intervals.bootstrap(values, seed=4)


def test_the_permutation_test_equals_counting_all_signs() -> None:
    first, second = np.array([1.0, 2.0, 3.0, 1.0]), np.zeros(4)

    # Of 16 sign patterns only all plus and all minus reach |7|.
    found = intervals.paired_permutation(first, second, n_resamples=20000)

    assert found.p_value == pytest.approx(2 / 16, abs=0.01)
    assert found.difference.mean == 1.75


def test_the_t_test_equals_scipy() -> None:
    rng = np.random.default_rng(3)
    first = rng.normal(0.3, 1, size=50)
    second = rng.normal(size=50)

    ours = intervals.paired_t(first, second)
    theirs = stats.ttest_rel(first, second)

    assert ours.p_value == pytest.approx(theirs.pvalue)
    bounds = theirs.confidence_interval()
    assert (ours.difference.low, ours.difference.high) == pytest.approx((bounds.low, bounds.high))


@pytest.mark.parametrize(
    "test", [intervals.paired_t, intervals.paired_permutation, intervals.paired_bootstrap]
)
def test_a_model_does_not_differ_from_itself(test: object) -> None:
    values = np.random.default_rng(0).normal(size=30)

    assert callable(test)
    assert test(values, values).p_value == 1


@pytest.mark.parametrize(
    "test", [intervals.paired_t, intervals.paired_permutation, intervals.paired_bootstrap]
)
def test_a_clear_difference_is_found_and_a_wrong_one_is_rare(test: object) -> None:
    rng = np.random.default_rng(5)

    assert callable(test)
    base = rng.normal(size=100)
    assert test(base + rng.normal(0.5, 0.5, size=100), base).p_value < 0.01
    false_alarms = sum(
        test(rng.normal(size=40), rng.normal(size=40)).p_value < 0.05 for _ in range(60)
    )
    assert false_alarms <= 9


def test_holm_corrects_step_by_step_and_keeps_the_order() -> None:
    # Sorted .01 .02 .04: times 3, 2, 1 gives .03, .04, .04.
    assert intervals.holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert intervals.holm([0.9, 0.8]) == [1, 1]
    assert intervals.holm([]) == []


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [([1.0], [1.0, 2.0], "same users"), ([np.nan], [1.0], "no user")],
)
def test_values_of_other_users_are_refused(
    first: list[float], second: list[float], message: str
) -> None:
    with pytest.raises(ShapeError, match=message):
        intervals.paired_permutation(np.array(first), np.array(second))
