from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from artrec.errors import ShapeError
from artrec.online.replay import ips, snips

REWARDS = np.array([1.0, 0.0, 1.0, 0.0])
DRAWN = np.array([0.5, 0.5, 0.25, 0.25])
TARGET = np.array([1.0, 0.0, 0.5, 0.5])


def test_estimates_are_those_worked_by_hand() -> None:
    # Weights 2, 0, 2, 2: two of them earned something.
    assert ips(REWARDS, DRAWN, TARGET).value == pytest.approx(4 / 4)
    found = snips(REWARDS, DRAWN, TARGET)

    assert found.value == pytest.approx(4 / 6)
    assert found.matched == 3
    assert found.effective == pytest.approx(36 / 12)


def test_weights_are_clipped() -> None:
    # Weights 2, 0, 2, 2 become 1, 0, 1, 1.
    assert ips(REWARDS, DRAWN, TARGET, clip=1.0).value == pytest.approx(2 / 4)


@pytest.mark.parametrize("estimator", [ips, snips])
def test_the_true_value_of_another_ranking_comes_out_of_a_log_by_chance(estimator: object) -> None:
    rng = np.random.default_rng(0)
    rates = np.array([0.5, 0.2, 0.1, 0.0])
    logging = np.array([0.1, 0.2, 0.3, 0.4])
    target = np.array([0.7, 0.1, 0.1, 0.1])
    truth = float(target @ rates)
    covered, values = 0, []
    for _ in range(300):
        shown = rng.choice(4, 400, p=logging)
        rewards = (rng.random(400) < rates[shown]).astype(float)
        found = estimator(rewards, logging[shown], target[shown])  # type: ignore[operator]
        covered += found.low <= truth <= found.high
        values.append(found.value)

    assert np.mean(values) == pytest.approx(truth, abs=0.01)
    assert covered / 300 == pytest.approx(0.95, abs=0.05)


def test_works_seen_by_one_visitor_do_not_count_as_so_many_visitors() -> None:
    rewards = np.tile(REWARDS, 50)
    drawn, target = np.tile(DRAWN, 50), np.tile(TARGET, 50)
    alone = snips(rewards, drawn, target)

    together = snips(rewards, drawn, target, groups=np.tile(np.arange(4), 50))

    assert together.value == alone.value
    assert together.high - together.low > 5 * (alone.high - alone.low)


def test_nothing_chosen_among_a_few_works_is_not_known_exactly() -> None:
    found = snips(np.zeros(17), np.full(17, 0.01), np.full(17, 1 / 72))

    assert found.value == 0
    assert found.effective == pytest.approx(17)
    assert found.high == pytest.approx(1.96 / 17 * np.sqrt(17 / 16), rel=1e-3)


def test_nothing_that_matches_says_nothing() -> None:
    found = snips(REWARDS, DRAWN, np.zeros(4))

    assert isnan(found.value)
    assert (found.matched, found.effective) == (0, 0)
    assert isnan(ips(np.zeros(0), np.zeros(0), np.zeros(0)).value)


@pytest.mark.parametrize(
    ("drawn", "target"),
    [
        (np.zeros(4), TARGET),
        (DRAWN, -TARGET),
        (DRAWN * 8, TARGET),
        (DRAWN[:3], TARGET),
        (DRAWN * np.nan, TARGET),
    ],
)
def test_what_is_no_probability_is_refused(drawn: object, target: object) -> None:
    with pytest.raises(ShapeError):
        ips(REWARDS, drawn, target)  # type: ignore[arg-type]
