"""What a model makes of every work of the gallery for one profile.

Letters used in shapes: N works, Q queries, S stored columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ArtrecError
from artrec.serving import visrank
from webapp.feed import candidates
from webapp.feed.profile import Profile
from webapp.feed.served import Served
from webapp.vectors import queries as vectors

AT_ONCE: Final = 4_000
"""Works whose vectors are in memory together: some 30 MB at 2,000 columns."""

Floats = NDArray[np.float32]


def scores(profile: Profile, served: Served, ids: Sequence[int]) -> Floats | None:
    """(N,) score of each work; NaN where it has no vector. None where nothing can be ranked.

    A query per `AT_ONCE` works and one more.
    """
    asked = queries(profile, served)
    if asked is None:
        return None
    found = np.full(len(ids), np.nan, dtype=np.float32)
    place = {pk: row for row, pk in enumerate(ids)}
    for start in range(0, len(ids), AT_ONCE):
        known, rows = vectors.vectors_of(served.space, ids[start : start + AT_ONCE])
        if len(known):
            found[[place[pk] for pk in known.tolist()]] = score(served, rows, asked)
    return found


def queries(profile: Profile, served: Served) -> Floats | None:
    """(Q, S) what a profile asks of a model; None where that can make nothing of it. One query.

    As the search for candidates asks; quiz answers and re-ranking do not come in.
    """
    try:
        return candidates.queries_for(profile, served.space, served.bundle)
    except ArtrecError:
        return None


def score(served: Served, rows: Floats, asked: Floats) -> Floats:
    """(N,) scores of works with these vectors (N, S), of which only the order means something."""
    return visrank.score(rows, asked, top=served.bundle.top if served.bundle else 1).values


def percentiles(values: Floats) -> Floats:
    """(N,) share of the scored works that each one is above, 0 to 1; NaN stays.

    Equal scores share the middle of their ranks.
    """
    found = np.full(len(values), np.nan, dtype=np.float32)
    known = ~np.isnan(values)
    _, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    found[known] = middle[inverse] / max(int(known.sum()) - 1, 1)
    return found
