"""Profiles as people give them, checked, and as matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from artrec.data import Interactions
from artrec.errors import ShapeError
from artrec.models.contract import Ints, Profiles


def as_rows(rows: ArrayLike, n_items: int, what: str) -> Ints:
    """Item rows as an (n,) array. Raises ShapeError naming `what` for anything else."""
    array = np.asarray(rows)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ShapeError(
            f"{what} must be a list of item rows (whole numbers); got {array.dtype} of shape "
            f"{array.shape}."
        )
    if array.min() < 0 or array.max() >= n_items:
        raise ShapeError(
            f"{what} must be item rows from 0 to {n_items - 1}; got {array.min()} to {array.max()}."
        )
    return array.astype(np.int64)


def one_profile(profile: ArrayLike, n_items: int) -> Profiles:
    """A block of one profile. An item chosen again counts once, at its last place."""
    rows = as_rows(profile, n_items, "A profile")
    distinct = np.array(list(dict.fromkeys(rows[::-1].tolist()))[::-1], dtype=np.int64)
    return Profiles(np.array([0, len(distinct)]), distinct)


def profiles_of(history: Interactions) -> Profiles:
    """The profile of each user of `history`, by the same rule."""
    distinct = history.deduplicated(keep="last")
    return Profiles(distinct.indptr, distinct.items)


def to_csr(profiles: Profiles, n_items: int) -> sparse.csr_array:
    """(B, N) float32, 1 where an item is in the profile."""
    return sparse.csr_array(
        (np.ones(len(profiles.items), dtype=np.float32), profiles.items, profiles.indptr),
        shape=(len(profiles), n_items),
    )
