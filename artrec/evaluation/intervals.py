"""How sure a mean over users is, and whether two models differ.

Users are the unit: each gives one value per metric, and two models are compared on the same users.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from artrec.errors import ShapeError

FloatArray = NDArray[np.float64]

_CHUNK_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its confidence interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean difference of two models on the same users, first minus second."""

    difference: Interval
    p_value: float
    """Two-sided."""


def bootstrap(
    values: FloatArray, *, level: float = 0.95, n_resamples: int = 2000, seed: int = 0
) -> Interval:
    """Percentile bootstrap of the mean over users; NaN values (undefined for a user) are left out.

    `values` (Q,). The same seed and number of users give the same resamples, so intervals of
    several models move together. Raises ShapeError if no value is left.
    """
    defined = _one_dimension(values)
    defined = defined[~np.isnan(defined)]
    if not len(defined):
        raise ShapeError("There is no value to average.")
    means = _resampled_means(defined, n_resamples, seed)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(defined.mean()), float(low), float(high))


def paired_bootstrap(
    first: FloatArray,
    second: FloatArray,
    *,
    level: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Bootstrap of the mean difference; p is twice the share of resamples on the far side of 0.

    The p-value is at least 2 / (n_resamples + 1), and 1 if all differences are 0.
    """
    differences = _differences(first, second)
    interval = bootstrap(differences, level=level, n_resamples=n_resamples, seed=seed)
    means = _resampled_means(differences, n_resamples, seed)
    tail = min(np.count_nonzero(means <= 0), np.count_nonzero(means >= 0))
    return Comparison(interval, float(min(1.0, 2 * (tail + 1) / (n_resamples + 1))))


def paired_permutation(
    first: FloatArray, second: FloatArray, *, n_resamples: int = 9999, seed: int = 0
) -> Comparison:
    """Random sign flips of the differences: how often chance makes a mean at least as far from 0.

    p = (count + 1) / (n_resamples + 1), never 0. The interval is the bootstrap's. Makes no
    assumption on the distribution; the test to report.
    """
    differences = _differences(first, second)
    observed = abs(differences.sum())
    rng = np.random.default_rng(seed)
    count = 0
    # Users without a difference add nothing under any sign.
    moving = differences[differences != 0]
    for size in _chunks(n_resamples, len(moving)):
        signs = rng.integers(0, 2, size=(size, len(moving)), dtype=np.int8) * 2 - 1
        # Rounding must not make a tie look like less than the observed.
        count += int(np.count_nonzero(abs(signs @ moving) >= observed * (1 - 1e-12)))
    return Comparison(bootstrap(differences, seed=seed), (count + 1) / (n_resamples + 1))


def paired_t(first: FloatArray, second: FloatArray, *, level: float = 0.95) -> Comparison:
    """Student's paired t-test, with its own interval. p is 1 if all differences are 0.

    Raises ShapeError for fewer than two users.
    """
    differences = _differences(first, second)
    if len(differences) < 2:
        raise ShapeError("A t-test needs at least two users.")
    mean = float(differences.mean())
    error = float(differences.std(ddof=1) / np.sqrt(len(differences)))
    margin = float(special.stdtrit(len(differences) - 1, (1 + level) / 2)) * error
    if error == 0:
        p_value = 1.0 if mean == 0 else 0.0
    else:
        p_value = float(2 * special.stdtr(len(differences) - 1, -abs(mean) / error))
    return Comparison(Interval(mean, mean - margin, mean + margin), p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for having made several comparisons (Holm 1979), in the given order."""
    order = np.argsort(p_values, kind="stable")
    corrected = np.empty(len(p_values))
    factors = len(p_values) - np.arange(len(p_values))
    corrected[order] = np.minimum(
        1.0, np.maximum.accumulate(np.asarray(p_values, dtype=np.float64)[order] * factors)
    )
    return [float(p) for p in corrected]


def _one_dimension(values: FloatArray) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ShapeError(f"Expected one value per user; the shape is {array.shape}.")
    return array


def _differences(first: FloatArray, second: FloatArray) -> FloatArray:
    a, b = _one_dimension(first), _one_dimension(second)
    if len(a) != len(b):
        raise ShapeError(f"A paired test needs the same users: {len(a)} and {len(b)} values.")
    differences: FloatArray = a - b
    defined = differences[~np.isnan(differences)]
    if not len(defined):
        raise ShapeError("There is no user with a value of both models.")
    return defined


def _resampled_means(values: FloatArray, n_resamples: int, seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    means = [
        values[rng.integers(0, len(values), size=(size, len(values)))].mean(axis=1)
        for size in _chunks(n_resamples, len(values))
    ]
    return np.concatenate(means)


def _chunks(n_resamples: int, n_values: int) -> list[int]:
    size = max(1, _CHUNK_BYTES // (16 * max(n_values, 1)))
    full, rest = divmod(n_resamples, size)
    return [size] * full + ([rest] if rest else [])
