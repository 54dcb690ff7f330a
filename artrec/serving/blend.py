"""What makes the scores of a blend's parts comparable, for a web request. NumPy only.

The deviation of u . v over a catalogue is the root of u' S u with the covariance S of its vectors
v, so it can be taken out of a query without looking at the catalogue. `artrec.models.blend` learns
what each part counts.

Letters used in shapes: B users, T dimensions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def standard(users: Floats, covariance: Floats) -> Floats:
    """(B, T) user vectors whose scores have deviation 1 over the catalogue; zeros where all works
    score alike. `covariance` is (T, T), of the item vectors."""
    variance = np.multiply(users @ covariance, users).sum(axis=1)
    length = np.square(users).sum(axis=1) * max(float(np.trace(covariance)), 1e-30)
    alike = variance <= 1e-10 * np.maximum(length, 1e-30)
    factor = np.where(alike, 0, 1 / np.sqrt(np.where(alike, 1, variance)))
    result: Floats = (users * factor[:, None]).astype(np.float32)
    return result
