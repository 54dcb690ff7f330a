from __future__ import annotations

from math import comb, exp

import numpy as np
import pytest

from artrec.online import sample_ratio
from artrec.online.sample_ratio import CONCENTRATION, check


def test_chi_square_is_that_of_the_tables() -> None:
    # 60 : 40 gives (10² + 10²) / 50 = 4, whose p-value is 0.0455.
    assert check(60, 40).p_value == pytest.approx(0.0455, abs=1e-4)
    # 30 : 70 where 25 % were meant: 25 / 25 + 25 / 75 = 4/3.
    assert check(30, 70, expected=0.25).p_value == pytest.approx(0.2482, abs=1e-4)


def test_evidence_is_the_ratio_of_the_likelihoods() -> None:
    # Of one unit on side a: the mean of the Beta prior over the share that was meant, so 1.
    assert check(1, 0).evidence == pytest.approx(1)
    # Of two: E[p²] = p (k p + 1) / (k + 1) over p².
    expected = (CONCENTRATION / 2 + 1) / (CONCENTRATION + 1) / 0.5
    assert check(2, 0).evidence == pytest.approx(expected)


def test_under_a_sound_split_evidence_has_a_mean_of_one() -> None:
    size, share = 40, 0.3
    chances = [comb(size, a) * share**a * (1 - share) ** (size - a) for a in range(size + 1)]

    mean = sum(
        chance * check(a, size - a, expected=share).evidence for a, chance in enumerate(chances)
    )

    assert mean == pytest.approx(1)


def test_looking_after_every_visitor_seldom_raises_the_alarm() -> None:
    rng = np.random.default_rng(0)
    alarms = naive = 0
    for _ in range(200):
        sides = np.cumsum(rng.random(600) < 0.5)
        looks = [check(int(a), place + 1 - int(a)) for place, a in enumerate(sides)]
        alarms += any(look.alarm for look in looks)
        naive += any(look.p_value < sample_ratio.ALPHA for look in looks[20:])

    assert alarms <= 6  # at most 1 % of 200, and three deviations of chance
    assert naive > 3 * max(alarms, 3)  # what the plain test would have done


@pytest.mark.parametrize(("a", "b"), [(60, 10), (700, 300), (5200, 4800)])
def test_a_broken_split_raises_the_alarm(a: int, b: int) -> None:
    assert check(a, b).alarm
    assert check(b, a).alarm


def test_nobody_yet_is_no_alarm_and_millions_do_not_overflow() -> None:
    assert not check(0, 0).alarm
    assert check(0, 0).share == 0.5
    assert check(9_000_000, 1).evidence == exp(700)


@pytest.mark.parametrize(("counts", "expected"), [((-1, 2), 0.5), ((1, 2), 0.0), ((1, 2), 1.0)])
def test_what_cannot_be_is_refused(counts: tuple[int, int], expected: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        check(*counts, expected=expected)
