"""Where works stand in a taste quiz: few dimensions of the vectors they are ranked by. NumPy only.

Ten choices cannot tell hundreds of dimensions apart. The first principal components of the vectors
are those in which the works differ most; they keep their lengths, so that the prior expects most
of a taste where works differ most.

Letters used in shapes: N works, T vector dimensions, D dimensions of the quiz.
"""

from __future__ import annotations

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
"""The same of what is known before any choice: how loved a work is."""

Doubles = NDArray[np.float64]


def points_of(vectors: NDArray[Any], *, dimensions: int = DIMENSIONS) -> Doubles:
    """(N, D) points of works with these vectors (N, T); D is smaller where N or T is.

    Their mean is 0 and their mean squared length `SPREAD`². Each component has the sign that makes
    its largest loading positive, so that the same vectors always give the same points.

    Raises:
        ShapeError: If the vectors are not (N, T), not finite, or all alike.
    """
    if vectors.ndim != 2 or not len(vectors) or not np.isfinite(vectors).all():
        raise ShapeError(f"Vectors must be (N, T), N at least 1, and finite; {vectors.shape}.")
    centred = vectors.astype(np.float64)
    centred -= centred.mean(axis=0)
    _values, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = axes[:, ::-1][:, : min(dimensions, len(centred))]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    points = centred @ axes
    length = np.sqrt((points**2).sum(axis=1).mean())
    if length <= 1e-9 * max(1.0, float(np.abs(vectors).max())):
        raise ShapeError("The vectors are all alike; there is nothing to ask about.")
    return np.asarray(points * (SPREAD / length))


def loved(fans: NDArray[Any]) -> Doubles:
    """(N,) what works with so many fans (N,) are worth before any choice: mean 0, spread LOVED."""
    logs = np.log1p(np.asarray(fans, dtype=np.float64))
    spread = logs.std()
    return np.zeros(len(logs)) if spread == 0 else LOVED * (logs - logs.mean()) / spread
