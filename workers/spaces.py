"""The live space as the workers see it: which extractor serves, and when to fit anew."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from artrec.features import Extractor
from artrec.serving.transform import Transform
from webapp.vectors import actions, queries
from webapp.vectors.models import Feature, Space

LOOK: Final = actions.LOOK
MIN_FIT: Final = 64
"""Fewer works say too little of what is usual; until then vectors are the raw features."""
MAX_FIT: Final = 20_000
"""Works a transform is fitted on at most; more would not change it."""

FIRST_LOCK: Final = 0x6172_7401
"""Advisory lock of PostgreSQL under which the first space is made."""


def ensure_live(extractor: Extractor) -> None:
    """Make a first live space if there is none; of several workers only one does."""
    if queries.live_space(LOOK) is not None:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_LOCK])
        if queries.live_space(LOOK) is None:
            actions.go_live(create(extractor, identity(extractor), 0), allow_missing=True)


def create(extractor: Extractor, transform: Transform, fitted_on: int) -> Space:
    """Make an empty look space of an extractor."""
    return actions.create_space(
        purpose=LOOK,
        extractor=extractor.name,
        dim=transform.output_dim,
        transform=transform.to_bytes(),
        fitted_on=fitted_on,
    )


def store(space: Space, artwork_ids: list[int], features: NDArray[Any]) -> None:
    """Transform raw features (N, D) of N works and store them as vectors of a space."""
    vectors = Transform.from_bytes(bytes(space.transform)).apply(features)
    # A work exactly like the average has no direction, and any will do.
    vectors[~vectors.any(axis=1)] = vectors.shape[1] ** -0.5
    actions.store_vectors(space, artwork_ids, vectors)


def is_outgrown(live: Space, *, wanted: str, works: int) -> bool:
    """Tell whether the live space should give way to one fitted anew.

    Args:
        live: The space that serves.
        wanted: Name of the extractor that the settings ask for.
        works: Works with features of that extractor.
    """
    if live.extractor != wanted:
        return True
    return works >= MIN_FIT and live.fitted_on < MAX_FIT and works >= 2 * live.fitted_on


def count_features(extractor: str) -> int:
    """Return how many works have features of that extractor."""
    return Feature.objects.filter(extractor=extractor).count()


def identity(extractor: Extractor) -> Transform:
    """Return the transform before anything can be fitted: only length becomes one."""
    scale = np.ones(extractor.dim, np.float32)
    return Transform(extractor.families, np.zeros(extractor.dim, np.float32), scale, None)
