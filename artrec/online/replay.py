"""What another ranking would have earned, from works that were shown by chance.

A work that was drawn with a known probability tells about every ranking that would have shown it:
it counts as much more (or less) as that ranking would have shown it more (or less) often.

Letters used in shapes: N shown works.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

CLIP: Final = 20.0
"""Largest weight. A rarer draw says no more: less variance for a little bias (Ionides, "Truncated
importance sampling", JCGS 2008, https://doi.org/10.1198/106186008X320456)."""
NORMAL: Final = 1.959964
"""Of a two-sided interval of 95 %."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Replayed:
    """An estimate with a 95 % interval, for one look."""

    value: float
    low: float
    high: float
    matched: int
    """Shown works that the other ranking would have shown at all."""
    effective: float
    """Kish's effective sample size, (Σw)² / Σw²: as if so many works had been shown by it."""


def ips(
    rewards: NDArray[Any],
    propensities: NDArray[Any],
    target: NDArray[Any],
    *,
    groups: NDArray[Any] | None = None,
    clip: float = CLIP,
) -> Replayed:
    """Inverse propensity scoring: the mean of w r with w = target / propensity, at most `clip`.

    Horvitz & Thompson 1952; Bottou et al., "Counterfactual reasoning and learning systems", JMLR
    2013, https://jmlr.org/papers/v14/bottou13a.html. Unbiased where whatever the other ranking
    shows could have been drawn and no weight is clipped.

    Args:
        rewards: (N,) what each shown work earned, for us 1 if it was chosen.
        propensities: (N,) the probability of its draw, above 0 and at most 1.
        target: (N,) with which probability the other ranking shows it there.
        groups: (N,) who saw it; works shown to one visitor are not independent. By default all are.
        clip: See `CLIP`.

    Raises:
        ShapeError: If lengths differ, values are not finite or probabilities not in their range.
    """
    weights, values, clusters = _weighted(rewards, propensities, target, groups, clip)
    if not len(weights):
        return Replayed(nan, nan, nan, 0, 0.0)
    value = float(np.mean(weights * values))
    return _replayed(value, weights * values - value, float(len(weights)), weights, clusters)


def snips(
    rewards: NDArray[Any],
    propensities: NDArray[Any],
    target: NDArray[Any],
    *,
    groups: NDArray[Any] | None = None,
    clip: float = CLIP,
) -> Replayed:
    """Self-normalised: Σ w r / Σ w.

    Swaminathan & Joachims, "The self-normalized estimator for counterfactual learning", NIPS 2015.
    A little biased, far steadier, never outside the range of rewards; and where only a part of what
    the other ranking shows could have been drawn, it is the rate of that part. Arguments and errors
    as `ips`; no value where nothing matches.
    """
    weights, values, clusters = _weighted(rewards, propensities, target, groups, clip)
    total = float(weights.sum())
    if total == 0:
        return Replayed(nan, nan, nan, 0, 0.0)
    value = float(weights @ values) / total
    return _replayed(value, weights * (values - value), total, weights, clusters)


def _weighted(
    rewards: NDArray[Any],
    propensities: NDArray[Any],
    target: NDArray[Any],
    groups: NDArray[Any] | None,
    clip: float,
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    columns = [np.asarray(column, dtype=np.float64) for column in (rewards, propensities, target)]
    values, drawn, wanted = columns
    who = np.arange(len(values)) if groups is None else np.asarray(groups)
    if any(column.shape != (len(values),) for column in (*columns, who)):
        raise ShapeError("Rewards, propensities, target and groups must be of one length.")
    if not all(np.isfinite(column).all() for column in columns):
        raise ShapeError("Rewards and probabilities must be finite.")
    if (drawn <= 0).any() or (drawn > 1).any() or (wanted < 0).any() or (wanted > 1).any():
        raise ShapeError("Propensities must be above 0, and all probabilities at most 1.")
    clusters = np.unique(who, return_inverse=True)[1]
    return np.minimum(wanted / drawn, clip), values, clusters


def _replayed(
    value: float, residuals: Floats, scale: float, weights: Floats, clusters: NDArray[np.intp]
) -> Replayed:
    """Interval by the sums of residuals per visitor, divided by what the value was divided by.

    To the squares is added that of one work of mean weight that was off by one: without it a
    ranking of which nothing was chosen among a few works would seem known exactly.
    """
    sums = np.bincount(clusters, weights=residuals)
    count = len(sums)
    heavy = float(weights @ weights / weights.sum()) if weights.any() else 0.0
    squares = float(sums @ sums) + heavy**2
    error = sqrt(squares * count / (count - 1)) / scale if count > 1 else nan
    return Replayed(
        value=value,
        low=value - NORMAL * error,
        high=value + NORMAL * error,
        matched=int(np.count_nonzero(weights)),
        effective=float(weights.sum()) / heavy if heavy else 0.0,
    )
