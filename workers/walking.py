"""The works between two works of a space, each near the one before."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.atlas.paths import walk
from artrec.errors import ArtrecError
from webapp.vectors import queries
from webapp.vectors.models import Space

POINTS: Final = 9
"""Places on the straight way at which works are looked for."""
NEAR_EACH: Final = 400
"""Works near each of them: those a walk may go through, however many the gallery has."""


class NowhereError(ArtrecError):
    """There is no walk, and the message says why, for whoever asked."""


def between(space: Space, start: int, end: int, steps: int) -> tuple[list[int], list[float]]:
    """Return the works of a walk through `space`, and how far each is from the next.

    Args:
        space: Where to walk.
        start: Id of the first work.
        end: Id of the last one.
        steps: How many works there are to be, these two among them.

    The ids are as many as there are steps, or fewer where the collection is small; distances are
    one minus the cosine.

    Raises:
        NowhereError: If one of the two has no place in the space.
    """
    ids, ends = queries.vectors_of(space, [start, end])
    if len(ids) < 2:
        raise NowhereError("One of the two works has no place in this space yet.")
    first, last = (_unit(space, ends)[ids.tolist().index(pk)] for pk in (start, end))
    near = {start, end, *_near_the_way(space, first, last)}
    ids, rows = queries.vectors_of(space, sorted(near))
    rows = _unit(space, rows)
    places = ids.tolist()
    way = walk(rows, places.index(start), places.index(end), steps)
    passed = rows[way]
    gaps = 1.0 - np.einsum("nd,nd->n", passed[:-1], passed[1:])
    return ids[way].tolist(), [round(max(float(gap), 0.0), 4) for gap in gaps]


def _near_the_way(space: Space, first: NDArray[np.float32], last: NDArray[np.float32]) -> set[int]:
    """Return visible works near the straight way from one vector to another."""
    shares = np.linspace(0.0, 1.0, POINTS, dtype=np.float32)[:, None]
    way = (1 - shares) * first + shares * last
    # Halfway between opposite vectors is nowhere.
    way = way[np.linalg.norm(way, axis=1) > 1e-3]
    found = queries.nearest_many(space, way, limit=NEAR_EACH)
    return {hit.artwork_id for hits in found for hit in hits}


def _unit(space: Space, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions of vectors: what works are compared by, without what they say of a visitor."""
    rows = np.where(np.arange(space.dim) < space.scored, rows, np.float32(0))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.maximum(lengths, np.float32(1e-12))
    return unit
