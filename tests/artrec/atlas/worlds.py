"""A small collection whose groups are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def collection(
    works: int = 240, groups: int = 4, *, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors (N, 24) and the group of each."""
    rng = np.random.default_rng(seed)
    centres = np.eye(groups, 24) * 4
    members = np.arange(works) % groups
    vectors = centres[members] + 0.6 * rng.normal(size=(works, 24))
    return vectors.astype(np.float32), members
