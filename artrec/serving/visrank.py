"""VisRank: rank by likeness to what a visitor already likes. NumPy only, no training.

Messina et al., "Exploring content-based artwork recommendation with metadata and visual
features", UMUAI 2019, https://doi.org/10.1007/s11257-018-9206-9. An item's score is an aggregate
of its cosines with the liked items: their maximum, their average, or the average of the K largest
(K = 1 is the maximum, K ≥ P the average).

The catalogue stays in the database, so ranking means merging: each liked item brings its nearest
items, and the merged list is exactly the one a full scan would give. For the maximum, the best n
are among the n nearest of each liked item. For the average of the K largest we use the threshold
algorithm of Fagin, Lotem & Naor (2003, https://doi.org/10.1016/S0022-0000(03)00026-6): an item in
no list can score no more than the mean of the K largest list ends.

Letters: P liked items, C candidates, T dimensions. All vectors have length one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of candidates, and the liked item that counted most for each."""

    values: Floats
    """(C,), higher is better, at most 1."""
    evidence: NDArray[np.intp]
    """(C,), row of the profile with the largest cosine; the same for every aggregation."""


def score(candidates: Floats, profile: Floats, *, top: int) -> Scores:
    """Score candidates against a profile by the average of the `top` largest cosines.

    Args:
        candidates: Unit vectors, (C, T).
        profile: Unit vectors of the liked items, (P, T), P ≥ 1.
        top: K ≥ 1; 1 is the maximum, P or more the average.

    Raises:
        ShapeError: If the profile is empty, the dimensions differ, or `top` < 1.
    """
    if profile.ndim != 2 or len(profile) == 0:
        raise ShapeError(f"a profile must be (P ≥ 1, T), got {profile.shape}")
    if candidates.ndim != 2 or candidates.shape[1] != profile.shape[1]:
        raise ShapeError(f"candidates {candidates.shape} do not fit a profile {profile.shape}")
    if top < 1:
        raise ShapeError(f"top must be at least 1, got {top}")
    cosines = candidates @ profile.T  # (C, P)
    evidence = cosines.argmax(axis=1)
    count = min(top, len(profile))
    if count == 1:
        values = cosines.max(axis=1)
    elif count == len(profile):
        values = cosines.mean(axis=1)
    else:
        values = np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1)
    return Scores(values.astype(np.float32), evidence)


def unseen_bound(list_ends: Floats, *, top: int) -> float:
    """Return the most an item can score that is in none of the lists.

    Args:
        list_ends: Cosine of the last item of each list, (P,); −1 for a list that was read to
            its end, since nothing is left outside it.
        top: K of `score`.
    """
    count = min(top, len(list_ends))
    return float(np.sort(list_ends)[-count:].mean())


def is_settled(values: Floats, *, limit: int, bound: float) -> bool:
    """Tell whether the best `limit` of `values` are the best of all, given `unseen_bound`."""
    if len(values) < limit:
        return bound <= -1.0
    return bool(np.partition(values, -limit)[-limit] >= bound)
