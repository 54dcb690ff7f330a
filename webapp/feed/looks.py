"""How alike the works of one list look: their vectors of the live look space, read at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.feed.profile import Profile
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Unit vectors by artwork id. A work without one is like none: its row is zeros."""

    place: dict[int, int]
    matrix: Floats
    """(n + 1, T), the last row zeros."""

    def rows(self, ids: Sequence[int]) -> Floats:
        """(C, T) of these works."""
        last = len(self.matrix) - 1
        return self.matrix[[self.place.get(pk, last) for pk in ids]]

    def cosines(self, ids: Sequence[int], others: Sequence[int]) -> Floats:
        """(C, P) between works and others."""
        result: Floats = self.rows(ids) @ self.rows(others).T
        return result

    def likeness(self, ids: Sequence[int], others: Sequence[int]) -> Floats:
        """(C,) the largest cosine of each work with any of the others; 0 where there are none."""
        result: Floats = self.cosines(ids, others).max(axis=1, initial=-1.0)
        return result if len(others) else np.zeros(len(ids), dtype=np.float32)

    def nearest_first(self, ids: Sequence[int], profile: Profile) -> list[int]:
        """Works in order of their likeness to the profile, less that to what was hidden."""
        chosen = [work.artwork_id for work in profile.works]
        scores = self.likeness(ids, chosen) - np.maximum(self.likeness(ids, profile.hidden), 0)
        return [ids[row] for row in np.argsort(-scores, kind="stable")]


NO_LOOKS: Final = Looks({}, np.zeros((1, 1), dtype=np.float32))


def read_looks(space: Space | None, ids: Collection[int]) -> Looks:
    """Return the vectors of these works in `space`. One query, none without a space or works."""
    if space is None or not ids:
        return NO_LOOKS
    found, rows = vectors.vectors_of(space, set(ids))
    none = np.zeros((1, space.dim), dtype=np.float32)
    return Looks({int(pk): row for row, pk in enumerate(found)}, np.concatenate((rows, none)))
