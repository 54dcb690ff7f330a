"""Whether a split came out as it was meant to. If not, nothing that is read from it holds."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt
from typing import Final

ALPHA: Final = 0.01
"""Of experiments with a sound split, at most so many ever raise the alarm."""
CONCENTRATION: Final = 20.0
"""Of the Beta prior over what a broken split looks like: it is off by some ten points. Smaller
breaks are found too, a little later."""


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Counts of two sides against what was meant."""

    a: int
    b: int
    expected: float
    """Share of side a that was meant."""
    p_value: float
    """Of Pearson's chi-square: right for one look that was planned, too small for many."""
    evidence: float
    """How many times likelier the counts are under a broken split; may be looked at any time."""
    alarm: bool

    @property
    def share(self) -> float:
        """Share of side a that came."""
        return self.a / (self.a + self.b) if self.a + self.b else self.expected


def check(a: int, b: int, *, expected: float = 0.5, alpha: float = ALPHA) -> SampleRatio:
    """Compare the sizes of two sides with the shares they should have.

    A chi-square test that is looked at daily cries wolf sooner or later. The alarm therefore rests
    on the Bayes factor of Lindon & Malek, "Anytime-valid inference for multinomial count data",
    NeurIPS 2022, https://arxiv.org/abs/2011.03567: under a sound split it is a martingale of mean
    one, which by Ville's inequality ever reaches 1 / alpha with a probability of at most alpha.

    Args:
        a: Units on side a.
        b: Units on side b.
        expected: The share of side a that was meant, between 0 and 1.
        alpha: See `ALPHA`.

    Raises:
        ValueError: If a count is below 0 or a share not between 0 and 1.
    """
    if min(a, b) < 0:
        raise ValueError(f"Counts must be 0 or more; they are {a} and {b}.")
    if not 0 < expected < 1 or not 0 < alpha < 1:
        raise ValueError(f"expected and alpha must be between 0 and 1: {expected}, {alpha}.")
    prior_a, prior_b = CONCENTRATION * expected, CONCENTRATION * (1 - expected)
    factor = (
        _log_beta(prior_a + a, prior_b + b)
        - _log_beta(prior_a, prior_b)
        - a * log(expected)
        - b * log(1 - expected)
    )
    meant = (a + b) * expected
    # Both cells of a table of two: (a - E)² / E + (b - F)² / F, one degree of freedom.
    chi2 = (a - meant) ** 2 / (meant * (1 - expected)) if meant else 0.0
    return SampleRatio(
        a=a,
        b=b,
        expected=expected,
        p_value=erfc(sqrt(chi2 / 2)),
        evidence=exp(min(factor, 700.0)),  # beyond that a float ends
        alarm=factor >= -log(alpha),
    )


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
