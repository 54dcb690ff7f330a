"""Write side of the desk: what was found, what is decided, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.actions import show_again
from webapp.catalog.models import Artwork
from webapp.duplicates import merging, queries
from webapp.duplicates.models import Decision, Fingerprint, Pair
from webapp.jobs import Job, enqueue

UNKNOWN: Final = "what had gone over to the other work"
"""Not told by decisions that came with an export."""
DELETED: Final = "One of the two works was deleted meanwhile."


class RefusedError(Exception):
    """What cannot be decided any more, in words for whoever tried."""


@transaction.atomic
def note_pairs(artwork_id: int, found: Mapping[int, Mapping[str, Any]]) -> int:
    """Write down which works the one named may be the same as; return how many are new.

    Args:
        artwork_id: The work that was compared.
        found: By the other work, the columns of its `Pair` as seen from the lower id.

    What somebody decided is never touched. Open pairs of the work that no longer hold, because it
    has another picture now, are forgotten.
    """
    there = set(Artwork.objects.filter(pk__in=found).values_list("pk", flat=True))
    mine = Pair.objects.filter(Q(first=artwork_id) | Q(second=artwork_id))
    open_now = mine.filter(state=Pair.State.OPEN)
    open_now.exclude(Q(first__in=there) | Q(second__in=there)).delete()
    known = mine.count()
    Pair.objects.bulk_create(
        (
            Pair(first_id=min(artwork_id, pk), second_id=max(artwork_id, pk), **found[pk])
            for pk in sorted(there)
        ),
        ignore_conflicts=True,
    )
    return mine.count() - known


def compare_again(artwork_ids: Collection[int]) -> int:
    """Let these works be compared with the whole collection once more; return how many wait now.

    What somebody decided stays decided.
    """
    # One value, for a selection may hold a hundred thousand works.
    these = RawSQL("SELECT unnest(%s::bigint[])", [list(artwork_ids)])
    rows = Fingerprint.objects.filter(artwork__in=these)
    done = rows.exclude(state=Fingerprint.State.WAITING)
    done.update(state=Fingerprint.State.WAITING, reason="", attempts=0, claimed_until=None)
    enqueue(Job.FIND_DUPLICATES)
    return rows.filter(state=Fingerprint.State.WAITING).count()


@transaction.atomic
def keep_both(*, pair: Pair, by: User) -> Decision:
    """Decide that two works are two. They are never suggested again.

    Raises:
        RefusedError: If it was decided meanwhile.
    """
    locked = _locked(pair, Pair.State.OPEN)
    return _decide(locked, Pair.State.KEPT, by)


@transaction.atomic
def merge(
    *,
    pair: Pair,
    stays: int,
    facts: Mapping[str, str],
    by: User,
    replace_image: bool = False,
) -> Decision:
    """Make one work of two; `undo` makes two of it again.

    Args:
        pair: The two works.
        stays: Id of the one that keeps its address; the other is withdrawn.
        facts: By name, "first" or "second": whose it is. A name that is missing is left as is.
        by: Who decided.
        replace_image: Whether the one that stays gets the other's picture.

    Raises:
        RefusedError: If it was decided meanwhile, or one of them is not shown any more.
    """
    locked = _locked(pair, Pair.State.OPEN)
    works = _works(locked)
    if any(work.state in queries.RETIRED for work in works.values()):
        raise RefusedError("One of the two works is not shown any more. Nothing was merged.")
    if stays not in works:
        raise RefusedError("The work to keep is neither of the two. Choose one of them.")
    sides = {"first": works[locked.first_id], "second": works[locked.second_id]}
    kept = works[stays]
    gone = next(work for pk, work in works.items() if pk != stays)
    chosen = {name: sides[side] for name, side in facts.items()}
    record = merging.unite(stays=kept, gone=gone, facts=chosen, images=replace_image)
    # What may be the work that goes may be the one that stays.
    compare_again(queries.suspected(gone.pk) - {kept.pk})
    state = Pair.State.REPLACED if replace_image else Pair.State.MERGED
    return _decide(locked, state, by, stays=kept, gone=gone, record=record)


@transaction.atomic
def undo(*, decision: Decision, by: User) -> list[str]:
    """Take a decision back; return what is left alone: columns that were changed since then, or
    `UNKNOWN`.

    Raises:
        RefusedError: If it is not the last about its works.
    """
    pair = _locked(decision.pair, None)
    last = Decision.objects.select_for_update().filter(pair=pair, undone=None).first()
    if last is None or last.pk != decision.pk:
        raise RefusedError("That was taken back already.")
    left: list[str] = []
    if last.stays_id and last.gone_id:
        later = Decision.objects.filter(undone=None, pk__gt=last.pk)
        merged = Q(gone=last.stays_id) | Q(stays=last.stays_id) | Q(gone=last.gone_id)
        if later.filter(merged).exists():
            raise RefusedError(
                "One of the two works was merged again since then. Take that back first."
            )
        works = _works(pair)
        stays, gone = works[last.stays_id], works[last.gone_id]
        if last.record:
            left = merging.divide(last.record, stays=stays, gone=gone)
        else:
            show_again([gone.pk])
            left = [UNKNOWN]
    Decision.objects.filter(pk=last.pk).update(undone=timezone.now(), undone_by=by)
    Pair.objects.filter(pk=pair.pk).update(state=Pair.State.OPEN)
    return left


def _locked(pair: Pair, state: Pair.State | None) -> Pair:
    locked = Pair.objects.select_for_update().filter(pk=pair.pk).first()
    if locked is None:
        raise RefusedError(DELETED)
    if state is not None and locked.state != state:
        raise RefusedError("Somebody else decided about these two meanwhile.")
    return locked


def _works(pair: Pair) -> dict[int, Artwork]:
    works = Artwork.objects.select_for_update(of=("self",)).select_related("artist")
    return works.order_by("pk").in_bulk([pair.first_id, pair.second_id])


def _decide(pair: Pair, state: Pair.State, by: User, **about: Any) -> Decision:
    Pair.objects.filter(pk=pair.pk).update(state=state)
    return Decision.objects.create(pair=pair, state=state, by=by, **about)
