"""Store features and vectors; make spaces and switch between them.

How no work is missed by a new space: a worker that makes works visible does so in one
transaction, in which it first asks `spaces_to_fill` and stores their vectors in every space it
names. That call shares a lock which `go_live` holds alone. So whatever became visible while a
space was being filled is either in it, or committed before `go_live` looks for gaps; then
`go_live` refuses and names the gaps, the caller fills them and tries again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.db.models import F, ProtectedError
from numpy.typing import NDArray

from webapp.catalog.models import Artwork
from webapp.vectors.encoding import check_rows, copy_buffer
from webapp.vectors.indexes import drop_indexes
from webapp.vectors.models import Space, Vector

LOOK: Final = "look"
"""The purpose of spaces of standardised features; all others are made by trained models."""
_SWITCH_LOCK: Final = 7_205_001  # any number nobody else uses for pg_advisory_lock


class IncompleteSpaceError(Exception):
    """A space cannot go live because visible works have no vector in it: `artwork_ids`."""

    def __init__(self, space: Space, artwork_ids: Sequence[int]) -> None:
        super().__init__(
            f"{space} lacks the vectors of {len(artwork_ids)} visible works,"
            f" the first is artwork {artwork_ids[0]}. Store them and switch again."
        )
        self.artwork_ids = list(artwork_ids)


class DroppedSpaceError(Exception):
    """A space cannot go live because it was deleted."""

    def __init__(self, space: Space) -> None:
        super().__init__(f"{space} is deleted. Prepare it again.")


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


def create_trained_space(
    *,
    purpose: str,
    name: str,
    extractor: str,
    dim: int,
    scored: int,
    head: bytes,
    fitted_on: int,
    open_to_new: bool,
) -> Space:
    """Make an empty space for the item vectors of a trained model; it serves nobody yet."""
    return Space.objects.create(
        purpose=purpose,
        name=name,
        extractor=extractor,
        dim=dim,
        scored=scored,
        transform=b"",
        head=head,
        fitted_on=fitted_on,
        open_to_new=open_to_new,
    )


def replace_head(space: Space, head: bytes) -> None:
    """Give a trained space another head; whoever keeps the former in memory reads it anew."""
    Space.objects.filter(pk=space.pk).update(head=head, head_number=F("head_number") + 1)


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
    """Return the live and building look spaces that a newly embedded work belongs into.

    Call it inside the transaction that makes the work visible; no space goes live before it ends.
    """
    _share_switch()
    states = (Space.State.LIVE, Space.State.BUILDING)
    looks = Space.objects.filter(purpose=LOOK, extractor=extractor, state__in=states)
    return list(looks.order_by("pk"))


def trained_spaces_to_fill() -> list[Space]:
    """Return the spaces of trained models that newly embedded works belong into.

    All that serve, could serve or served and are kept, so that a switch to them misses nothing;
    without heads. To be called as `spaces_to_fill`.
    """
    _share_switch()
    trained = Space.objects.exclude(purpose=LOOK).exclude(state=Space.State.DROPPED)
    return list(trained.defer("transform", "head").order_by("pk"))


def missing(space: Space) -> list[int]:
    """Return the ids of visible works without a vector in `space`."""
    return list(
        Artwork.objects.filter(state=Artwork.State.VISIBLE)
        .exclude(pk__in=Vector.objects.filter(space=space).values("artwork_id"))
        .order_by("pk")
        .values_list("pk", flat=True)
    )


@transaction.atomic
def go_live(
    space: Space, *, allow_missing: bool = False, unreachable: Collection[int] = ()
) -> Space | None:
    """Let `space` serve its purpose from the next query on; return the one before it, now retired.

    Every visible work must have a vector in it, or it would never be recommended. Not asked of a
    space that is not `open_to_new`: its model has nothing to say of works that joined after the
    training, and the feed shows those among what is fresh.

    Args:
        space: Built and indexed.
        allow_missing: Whether gaps do not matter.
        unreachable: Works for which it is known that they can have no vector.

    Raises:
        IncompleteSpaceError: If other visible works have none.
        DroppedSpaceError: If it was deleted meanwhile.
    """
    hold_switch()
    standing = Space.objects.filter(pk=space.pk).exclude(state=Space.State.DROPPED)
    if not standing.exists():
        raise DroppedSpaceError(space)
    if space.open_to_new and not allow_missing:
        gaps = [pk for pk in missing(space) if pk not in set(unreachable)]
        if gaps:
            raise IncompleteSpaceError(space, gaps)
    former = retire(space.purpose, but=space)
    standing.update(state=Space.State.LIVE)
    space.state = Space.State.LIVE
    return former


@transaction.atomic
def retire(purpose: str, *, but: Space | None = None) -> Space | None:
    """Let the live space of `purpose` serve no longer, unless it is `but`; return it."""
    hold_switch()
    live = Space.objects.filter(purpose=purpose, state=Space.State.LIVE)
    former = live.exclude(pk__in=[but.pk] if but else []).defer("transform", "head").first()
    if former:
        former.state = Space.State.RETIRED
        former.save(update_fields=["state"])
    return former


def hold_switch() -> None:
    """Until the transaction ends, let nobody else switch, drop or fill a space."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SWITCH_LOCK])


def drop_retired(keep: int = 1, *, purpose: str = LOOK, spare: Collection[int] = ()) -> int:
    """Delete spaces that serve nobody, with vectors and indexes. Returns how many.

    Of the retired ones the `keep` newest stay, so that a switch can be taken back, and as many of
    those that are ready; and all whose ids are in `spare`. Interrupted, it goes on the next time.
    """
    with transaction.atomic():
        hold_switch()
        for state in (Space.State.RETIRED, Space.State.READY):
            idle = Space.objects.filter(purpose=purpose, state=state).order_by("-pk")
            newest = list(idle.values_list("pk", flat=True)[:keep])
            old = idle.order_by().exclude(pk__in=[*newest, *spare])
            old.update(state=Space.State.DROPPED)
    dropped = Space.objects.filter(state=Space.State.DROPPED)
    return sum(_delete(space) for space in dropped.defer("transform", "head"))


def drop(space: Space) -> None:
    """Delete a space that does not serve, with vectors and indexes."""
    with transaction.atomic():
        hold_switch()
        idle = Space.objects.filter(pk=space.pk).exclude(state=Space.State.LIVE)
        if not idle.update(state=Space.State.DROPPED):
            return
    _delete(space)


def _delete(space: Space) -> bool:
    """Delete what a dropped space holds, and its row unless a record of the past names it."""
    drop_indexes(space)
    held, _ = Vector.objects.filter(space=space).delete()
    try:
        space.delete()
    except ProtectedError:
        emptied = Space.objects.filter(pk=space.pk)
        emptied.update(head=None, transform=b"", index="exact", index_report={})
        return held > 0
    return True


def _share_switch() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_SWITCH_LOCK])


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
