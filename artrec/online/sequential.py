"""Rates of an experiment, with intervals that hold however often one looks.

A visitor who is shown many works and comes back is still one draw of the experiment, so visitors
are what is counted: a rate is a ratio of two sums over visitors, y (chosen) over x (shown), and its
variance comes by the delta method (Deng, Knoblich & Lu, "Applying the delta method in metric
analytics", KDD 2018, https://doi.org/10.1145/3219819.3219919).

Intervals and evidence are those of the mixture sequential probability ratio test with a normal
mixture (Robbins 1970; Johari, Koomen, Pekelis & Walsh, "Peeking at A/B tests", KDD 2017,
https://doi.org/10.1145/3097983.3097992), for estimates that are normal only in the limit as in
Waudby-Smith et al., "Time-uniform central limit theory and asymptotic confidence sequences",
https://arxiv.org/abs/2103.06476. So they are not exact; `LEAST` and the pseudo-event of `ratio`
stand for the beginning, where the limit is far, and a simulation in the tests looks after every
visitor.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Final

ALPHA: Final = 0.05
LEAST: Final = 20
"""Visitors without whom nothing is concluded, on each side."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over visitors. All that a rate and its variance need."""

    units: int = 0
    y: float = 0.0
    x: float = 0.0
    yy: float = 0.0
    xx: float = 0.0
    xy: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how far it may be off."""

    value: float
    variance: float
    """Infinite while too few visitors came."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Holds the truth, at all looks together, with a probability of at least 1 - alpha."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether there is a difference."""
        return self.low > 0 or self.high < 0


def ratio(totals: Totals) -> Estimate:
    """Return Σy / Σx over visitors, with the variance of a ratio of sums.

    To the squared residuals one pseudo-event is added, as of one visitor more who stood off by one:
    without it a side on which nothing happened yet would seem known exactly.

    Raises:
        ValueError: If a count or a sum of squares is below 0.
    """
    if min(totals.units, totals.x, totals.yy, totals.xx) < 0:
        raise ValueError(f"Counts and sums of squares must be 0 or more: {totals}.")
    if totals.x == 0:
        return Estimate(0.0, inf)
    value = totals.y / totals.x
    if totals.units < LEAST:
        return Estimate(value, inf)
    residual = max(0.0, totals.yy - 2 * value * totals.xy + value**2 * totals.xx)
    correction = totals.units / (totals.units - 1)
    return Estimate(value, correction * (residual + 1) / totals.x**2)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Return first - second, of two sides that share no visitor."""
    return Estimate(first.value - second.value, first.variance + second.variance)


def interval(estimate: Estimate, *, scale: float, alpha: float = ALPHA) -> Interval:
    """Return the always-valid interval of an estimate.

    Args:
        estimate: Of what could be 0.
        scale: Standard deviation τ of the normal mixture: the size of a difference for which the
            interval is about as narrow as it can be. Set before the first look. It changes widths
            little and never what the interval promises.
        alpha: How often, at most, it may ever miss the truth.

    Raises:
        ValueError: If scale is not above 0 or alpha not between 0 and 1.
    """
    _check(scale, alpha)
    variance, prior = estimate.variance, scale**2
    if variance == inf:
        return Interval(-inf, inf)
    spread = variance * (variance + prior) / prior
    half = sqrt(spread * (log((variance + prior) / variance) - 2 * log(alpha)))
    return Interval(estimate.value - half, estimate.value + half)


def evidence(estimate: Estimate, *, scale: float) -> float:
    """Return the mixture likelihood ratio against "it is 0": an e-value.

    Under no difference it ever reaches 1 / alpha with a probability of at most alpha, so
    `min(1, 1 / evidence)` is a p-value that may be looked at any time. It reaches 1 / alpha exactly
    where `interval` leaves 0 out.

    Raises:
        ValueError: If scale is not above 0.
    """
    _check(scale, ALPHA)
    variance, prior = estimate.variance, scale**2
    if variance == inf:
        return 1.0
    exponent = estimate.value**2 * prior / (2 * variance * (variance + prior))
    return sqrt(variance / (variance + prior)) * exp(min(exponent, 700.0))


def _check(scale: float, alpha: float) -> None:
    if not scale > 0:
        raise ValueError(f"scale must be above 0; it is {scale}.")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1; it is {alpha}.")
