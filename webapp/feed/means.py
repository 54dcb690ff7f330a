"""The middle of a group of works in a space: what all works of a style, or of an artist, have in
common to look at."""

from __future__ import annotations

from typing import Final

import numpy as np
from django.core.cache import cache
from django.db.models import QuerySet
from numpy.typing import NDArray

from webapp.catalog.models import Artwork
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space

MOST: Final = 200
"""Works of a group that are read: the newest. The mean of so many hardly moves any more."""
KEPT_SECONDS: Final = 600

Floats = NDArray[np.float32]


def mean_of(space: Space, name: str, works: QuerySet[Artwork]) -> Floats | None:
    """Return the mean of the vectors of `works`, of length one; None where there is none.

    Args:
        space: Where.
        name: What the group is kept by.
        works: The group.

    Two queries, none for ten minutes after.
    """

    def measure() -> Floats:
        ids = works.order_by("-pk").values_list("pk", flat=True)[:MOST]
        rows = vectors.vectors_of(space, list(ids))[1]
        total: Floats = rows.sum(axis=0, dtype=np.float32)  # zeros where there are none
        return total

    found = cache.get_or_set(f"feed.mean.{space.pk}.{name}", measure, KEPT_SECONDS)
    total = np.asarray(found, dtype=np.float32)
    length = np.linalg.norm(total)
    return (total / length).astype(np.float32) if length > 0 else None
