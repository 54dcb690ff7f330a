"""Where works stand in a taste quiz: few dimensions of the vectors they are ranked by. NumPy only.

Ten choices cannot tell hundreds of dimensions apart. The first principal components of the vectors
are those in which the works differ most; they keep their lengths, so that the prior expects most
of a taste where works differ most.

Letters used in shapes: N works, T vector dimensions, D dimensions of the quiz.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

DIMENSIONS: Final = 16
"""D."""
SPREAD: Final = 1.5
"""Standard deviation, over works and tastes, of what a work is worth to a taste: how decided people
are expected to be, in units of the noise of a choice."""
LOVED: Final = 0.5
"""The same, at most, of what is known before any choice: how loved a work is."""
STEEPEST: Final = 2.0
"""Most that a work is worth per logarithm of its fans: while few have liked anything, one like must
not outweigh all answers."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """How a vector becomes a point: point = (vector - middle) @ loadings."""

    middle: Doubles
    """(T,)"""
    loadings: Doubles
    """(T, D)"""

    def points(self, vectors: NDArray[Any]) -> Doubles:
        """(N, D) of vectors (N, T)."""
        return np.asarray((vectors.astype(np.float64) - self.middle) @ self.loadings)

    def directions(self, tastes: Doubles) -> Doubles:
        """(n, T) whose products with a vector are those of tastes (n, D) with its point, but for
        what is the same for all vectors: `directions @ middle`."""
        return np.asarray(tastes @ self.loadings.T)


def axes_of(vectors: NDArray[Any], *, dimensions: int = DIMENSIONS) -> Axes:
    """Return the axes along which these vectors (N, T) differ most; D is smaller where N or T is.

    Their points have mean 0 and mean squared length `SPREAD`². Each axis has the sign that makes
    its largest loading positive, so that the same vectors always give the same points.

    Raises:
        ShapeError: If the vectors are not (N, T), not finite, or all alike.
    """
    if vectors.ndim != 2 or not len(vectors) or not np.isfinite(vectors).all():
        raise ShapeError(f"Vectors must be (N, T), N at least 1, and finite; {vectors.shape}.")
    middle = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors.astype(np.float64) - middle
    _values, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = axes[:, ::-1][:, : min(dimensions, len(centred))]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    length = np.sqrt(((centred @ axes) ** 2).sum(axis=1).mean())
    if length <= 1e-9 * max(1.0, float(np.abs(vectors).max())):
        raise ShapeError("The vectors are all alike; there is nothing to ask about.")
    return Axes(middle, axes * (SPREAD / length))


def loved(fans: NDArray[Any]) -> Doubles:
    """(N,) what works with so many fans (N,) are worth before any choice, of mean 0.

    The logarithm of one more than their number, brought to a spread of LOVED as far as STEEPEST
    lets it.
    """
    logs = np.log1p(np.asarray(fans, dtype=np.float64))
    slope = min(STEEPEST, LOVED / max(float(logs.std()), 1e-9))
    return np.asarray(slope * (logs - logs.mean()))
