"""Write side of the desk: changes of many works, and a single fact back to what it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork
from webapp.desk import changing, words
from webapp.desk.changing import Before, Wanted
from webapp.desk.models import Edit, WorkEvent

MOST_WORKS: Final = 20_000
"""In one edit, which is one transaction."""
_BATCH: Final = 500
NOT_BACK: Final = ("state", "held")
"""Facts of which more hangs than the field: they are given back by showing or withdrawing."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of an edit that was taken back."""

    restored: int
    left: int
    """Works that somebody changed again since then, and that stay so."""


def choose(*, by: User, works: Iterable[int]) -> Edit:
    """Begin an edit of these works; nothing changes yet.

    Raises:
        ValidationError: If there are none, or too many.
    """
    ids = list(Artwork.objects.filter(pk__in=works).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise ValidationError("Choose at least one work.")
    if len(ids) > MOST_WORKS:
        raise ValidationError(
            f"{len(ids):,} works are too many at once. Narrow them down to {MOST_WORKS:,}."
        )
    return Edit.objects.create(by=by, works=ids)


def preview(edit: Edit, wanted: Wanted) -> list[Before]:
    """Return the works that would change, and those that would have to but cannot. One query, and
    one for an artist.

    Raises:
        ValidationError: If the change makes no sense.
    """
    return _changes(Artwork.objects.filter(pk__in=edit.works), wanted)


@transaction.atomic
def make(edit: Edit, wanted: Wanted) -> Edit:
    """Change the works of an edit, all or none; an edit that was made already stays as it is.

    Raises:
        ValidationError: If the change makes no sense.
    """
    edit = Edit.objects.select_for_update().get(pk=edit.pk)
    if edit.made:
        return edit
    works = Artwork.objects.filter(pk__in=edit.works).select_for_update(of=("self",))
    changes = [each for each in _changes(works, wanted) if not each.refused]
    with pghistory.context(edit=edit.pk) as context:
        for each in changes:
            setattr(each.work, wanted.field, each.new)
        Artwork.objects.bulk_update((e.work for e in changes), [wanted.field], batch_size=_BATCH)
    edit.field, edit.how = wanted.field, wanted.how
    edit.value, edit.replacement = wanted.value, wanted.replacement
    edit.made, edit.changed, edit.context = timezone.now(), len(changes), context.id
    edit.save()
    return edit


@transaction.atomic
def undo(edit: Edit) -> Undone:
    """Give the works of an edit their old values back, but for those changed again since.

    Raises:
        ValidationError: If it was not made, or is undone already.
    """
    edit = Edit.objects.select_for_update().get(pk=edit.pk)
    if edit.made is None or edit.undone is not None:
        raise ValidationError("There is nothing to undo.")
    column = Artwork._meta.get_field(edit.field).attname  # type: ignore[union-attr]
    events = WorkEvent.objects.filter(pgh_context_id=edit.context, pgh_label="changed")
    made = {
        event["pgh_obj_id"]: (event["before"], event[column])
        for event in events.annotate(before=Subquery(_earlier(column))).values(
            "pgh_obj_id", "before", column
        )
    }
    works = [
        work
        for work in Artwork.objects.filter(pk__in=made).select_for_update().order_by("pk")
        if getattr(work, column) == made[work.pk][1]
    ]
    for work in works:
        setattr(work, column, made[work.pk][0])
    _require_artists({work.artist_id for work in works} if edit.field == "artist" else set())
    with pghistory.context(undone_edit=edit.pk):
        Artwork.objects.bulk_update(works, [edit.field], batch_size=_BATCH)
    edit.undone = timezone.now()
    edit.save(update_fields=["undone"])
    return Undone(len(works), edit.changed - len(works))


@transaction.atomic
def revert(work: Artwork, *, event_id: int, field: str) -> str:
    """Give one fact of a work the value it had before an entry of its trail. Return it in words.

    Raises:
        ValidationError: If there is no such value, or it cannot be had back.
    """
    if field not in words.LABELS or field in NOT_BACK:
        raise ValidationError("This cannot be brought back here.")
    column = Artwork._meta.get_field(field).attname  # type: ignore[union-attr]
    trail = WorkEvent.objects.filter(pgh_obj_id=work.pk, pgh_id__lt=event_id)
    before = trail.order_by("-pgh_id").values(column).first()
    if before is None:
        raise ValidationError("Nothing is known of the time before.")
    _require_artists({before[column]} if field == "artist" else set())
    work = Artwork.objects.select_for_update().get(pk=work.pk)
    setattr(work, column, before[column])
    work.save(update_fields=[field])
    return words.value(field, work.artist.name if field == "artist" else before[column])


def _changes(works: QuerySet[Artwork], wanted: Wanted) -> list[Before]:
    change = changing.ready(wanted)
    found = works.select_related("artist", "image").order_by("pk")
    return [each for each in map(change, found) if each is not None]


def _earlier(column: str) -> QuerySet[Any, Any]:
    """Return a value as the trail has it from before an event."""
    before: QuerySet[Any, Any] = WorkEvent.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"))
    return before.filter(pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id").values(column)[:1]


def _require_artists(ids: set[int]) -> None:
    if len(ids) != Artist.objects.filter(pk__in=ids).count():
        raise ValidationError("The artist of that time is gone. Undo the merge first.")
