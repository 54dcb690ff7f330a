"""Store features and vectors; make spaces and switch between them.

How no work is missed by a new space: a worker that makes works visible does so in one
transaction, in which it first asks `spaces_to_fill` and stores their vectors in every space it
names. That call shares a lock which `go_live` holds alone. So whatever became visible while a
space was being filled is either in it, or committed before `go_live` looks for gaps; then
`go_live` refuses and names the gaps, the caller fills them and tries again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from webapp.catalog.models import Artwork
from webapp.vectors.encoding import check_rows, copy_buffer
from webapp.vectors.indexes import drop_indexes
from webapp.vectors.models import Space, Vector

_SWITCH_LOCK = 7_205_001  # any number nobody else uses for pg_advisory_lock


class IncompleteSpaceError(Exception):
    """A space cannot go live because visible works have no vector in it: `artwork_ids`."""

    def __init__(self, space: Space, artwork_ids: Sequence[int]) -> None:
        super().__init__(
            f"{space} lacks the vectors of {len(artwork_ids)} visible works,"
            f" the first is artwork {artwork_ids[0]}. Store them and switch again."
        )
        self.artwork_ids = list(artwork_ids)


def store_features(extractor: str, artwork_ids: Sequence[int], values: NDArray[Any]) -> None:
    """Store raw features (N, D) of N works, in place of earlier ones of the same extractor.

    All or nothing. They are kept as half floats.

    Raises:
        ShapeError: If the shapes do not fit, or a row is not finite or all zeros.
    """
    _store(
        "INSERT INTO vectors_feature (extractor, artwork_id, values)"
        " SELECT %s, artwork_id, values FROM incoming_vectors ORDER BY artwork_id"
        " ON CONFLICT (artwork_id, extractor) DO UPDATE SET values = EXCLUDED.values",
        [extractor],
        artwork_ids,
        check_rows(values, rows=len(artwork_ids), dim=None, what="Features"),
    )


def create_space(
    *, purpose: str, extractor: str, dim: int, transform: bytes, fitted_on: int
) -> Space:
    """Make an empty space of standardised features that serves nobody yet."""
    return Space.objects.create(
        purpose=purpose,
        extractor=extractor,
        dim=dim,
        scored=dim,
        transform=transform,
        fitted_on=fitted_on,
    )


def store_vectors(space: Space, artwork_ids: Sequence[int], values: NDArray[Any]) -> None:
    """Store the vectors (N, dim) of N works in `space`, in place of earlier ones.

    All or nothing. They are kept as half floats.

    Raises:
        ShapeError: If the shapes do not fit, or a row is not finite or all zeros.
    """
    _store(
        "INSERT INTO vectors_vector (space_id, artwork_id, values)"
        " SELECT %s, artwork_id, values FROM incoming_vectors ORDER BY artwork_id"
        " ON CONFLICT (space_id, artwork_id) DO UPDATE SET values = EXCLUDED.values",
        [space.pk],
        artwork_ids,
        check_rows(values, rows=len(artwork_ids), dim=space.dim, what="Vectors"),
    )


def spaces_to_fill(extractor: str) -> list[Space]:
    """Return the live and building spaces that a newly embedded work belongs into.

    Call it inside the transaction that makes the work visible; no space goes live before it ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_SWITCH_LOCK])
    states = (Space.State.LIVE, Space.State.BUILDING)
    return list(Space.objects.filter(extractor=extractor, state__in=states).order_by("pk"))


def missing(space: Space) -> list[int]:
    """Return the ids of visible works without a vector in `space`."""
    return list(
        Artwork.objects.filter(state=Artwork.State.VISIBLE)
        .exclude(pk__in=Vector.objects.filter(space=space).values("artwork_id"))
        .order_by("pk")
        .values_list("pk", flat=True)
    )


@transaction.atomic
def go_live(space: Space, *, allow_missing: bool = False) -> None:
    """Let `space` serve its purpose from the next query on; the one before it retires.

    Raises:
        IncompleteSpaceError: If visible works have no vector in it, unless `allow_missing`; those
            would never be recommended.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SWITCH_LOCK])
    if not allow_missing and (gaps := missing(space)):
        raise IncompleteSpaceError(space, gaps)
    former = Space.objects.filter(purpose=space.purpose, state=Space.State.LIVE)
    former.exclude(pk=space.pk).update(state=Space.State.RETIRED)
    Space.objects.filter(pk=space.pk).update(state=Space.State.LIVE)
    space.state = Space.State.LIVE


def drop_retired(keep: int = 1) -> int:
    """Delete retired spaces with vectors and indexes, but the `keep` newest of each purpose.

    The newest stay so that a switch can be taken back. Returns how many were deleted.
    """
    seen: dict[str, int] = {}
    dropped = 0
    for space in Space.objects.filter(state=Space.State.RETIRED).defer("transform").order_by("-pk"):
        seen[space.purpose] = seen.get(space.purpose, 0) + 1
        if seen[space.purpose] > keep:
            drop_indexes(space)
            space.delete()
            dropped += 1
    return dropped


def _store(
    upsert: str, params: list[Any], artwork_ids: Sequence[int], half: NDArray[np.float16]
) -> None:
    """COPY rows beside the table, then merge them, always in order of id: no deadlocks."""
    ids = np.asarray(artwork_ids, dtype=np.int64)
    if len(np.unique(ids)) != len(ids):
        raise ValueError("An artwork id is given twice; store each work once per call.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE incoming_vectors (artwork_id bigint, values halfvec)"
        )
        with cursor.copy("COPY incoming_vectors FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(copy_buffer(ids, half))
        cursor.execute(upsert, params)
        cursor.execute("DROP TABLE incoming_vectors")
