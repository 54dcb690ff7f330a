"""Write side of exhibitions. Every change is one arrangement to the next, kept with its history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.exhibitions import arrangement, queries
from webapp.exhibitions.arrangement import Arrangement, RefusedError, Walls
from webapp.exhibitions.models import Change, Exhibition, Hanging, Room

KEPT: Final = 200
"""Changes of an exhibition that can be gone back to; older ones are forgotten."""

Edit = Callable[[Arrangement], tuple[Arrangement, str]]
"""From one arrangement to the next, and what was done, in words."""


class OvertakenError(Exception):
    """Somebody else changed the exhibition since it was read."""

    def __init__(self, last: Change | None) -> None:
        super().__init__("the exhibition was changed meanwhile")
        self.last = last


@transaction.atomic
def start(title: str, artwork_ids: Iterable[int], by: User | None) -> Exhibition:
    """Make a draft with one room where these works hang, in their order.

    Raises:
        RefusedError: If the works are too many, or the title is missing.
    """
    title = " ".join(title.split())[:120]
    if not title:
        raise RefusedError("An exhibition needs a title.")
    made = Exhibition.objects.create(title=title, made_by=by)
    known = _known(artwork_ids)
    change(made, by, lambda _before: (_begun(title, known), "Began the exhibition"))
    return made


@transaction.atomic
def hang(
    exhibition: Exhibition, artwork_ids: Iterable[int], by: User | None, room: Room | None = None
) -> int:
    """Hang works behind the others of `room`, the last one if none is given; return how many are
    new to the exhibition.

    Raises:
        RefusedError: If they are too many.
    """
    known = _known(artwork_ids)
    new = 0

    def edit(before: Arrangement) -> tuple[Arrangement, str]:
        nonlocal new
        if not before.rooms:
            before = arrangement.add_room(before)
        places = {walls.pk: place for place, walls in enumerate(before.rooms)}
        place = places.get(room.pk, len(places) - 1) if room else len(before.rooms) - 1
        after = arrangement.hang(before, place, known)
        new = len(after.works) - len(before.works)
        return after, f"Hung {queries.works(new)} in {queries.name_of(after, place)}"

    change(exhibition, by, edit)
    return new


@transaction.atomic
def change(
    exhibition: Exhibition,
    by: User | None,
    edit: Edit,
    *,
    seen: int | None = None,
    back_to: Change | None = None,
) -> Exhibition:
    """Change an exhibition by a function of what it is, and note it; nothing is noted where nothing
    changes. The given row is brought up to date.

    Args:
        exhibition: Which.
        by: Who.
        edit: What.
        seen: The version that whoever changes it looked at; None where it does not matter.
        back_to: Of an undoing: the change after which it is to be as it was.

    Raises:
        OvertakenError: If it has another version by now.
        RefusedError: As `edit` does.
    """
    locked = Exhibition.objects.select_for_update().get(pk=exhibition.pk)
    if seen is not None and seen != locked.version:
        raise OvertakenError(queries.history(locked).first())
    before = queries.arrangement_of(locked)
    after, what = edit(before)
    if after != before or back_to or not locked.version:
        _store(locked, after)
        _note(locked, by, what, back_to)
    exhibition.refresh_from_db()
    return exhibition


@transaction.atomic
def undo(exhibition: Exhibition, by: User | None, *, seen: int | None = None) -> str:
    """Undo the last change that was not undone yet; return what it was.

    Raises:
        OvertakenError: If somebody changed the exhibition after version `seen`.
        RefusedError: If there is nothing to undo.
    """
    last = queries.undoable(exhibition)
    if last is None:
        raise RefusedError("There is nothing to undo.")
    to = Change.objects.get(exhibition=exhibition, number=last.number - 1)
    told = arrangement.from_json(to.after)
    change(exhibition, by, lambda _before: (told, f"Undid: {last.what}"), seen=seen, back_to=to)
    return last.what


@transaction.atomic
def restore(
    exhibition: Exhibition, number: int, by: User | None, *, seen: int | None = None
) -> None:
    """Hang everything as it was after a change; when it opens and closes stays.

    Raises:
        OvertakenError: As `change`.
        RefusedError: If that change is not known.
    """
    to = Change.objects.filter(exhibition=exhibition, number=number).first()
    if to is None:
        raise RefusedError("So far back nothing is kept.")
    told = arrangement.from_json(to.after)

    def edit(before: Arrangement) -> tuple[Arrangement, str]:
        after = replace(told, opens=before.opens, closes=before.closes)
        return after, f"Restored version {number}"

    change(exhibition, by, edit, seen=seen)


def delete(exhibition: Exhibition) -> None:
    """Delete an exhibition; `bring_back` undoes it."""
    Exhibition.objects.filter(pk=exhibition.pk).update(deleted=timezone.now())


def bring_back(exhibition: Exhibition) -> None:
    """Undo `delete`."""
    Exhibition.objects.filter(pk=exhibition.pk).update(deleted=None)


def rename(work: int, to: int, changes: Collection[int] | None = None) -> list[int]:
    """Let the history speak of another work, with which this one was merged, but where both hung.

    `changes` are those it is done to, as of a merge that is taken back; None for all. Return to
    which it was done.
    """
    told = Q(after__contains={"rooms": [{"works": [[work]]}]}) | Q(after__contains={"cover": work})
    found = Change.objects.filter(told)
    renamed = []
    for change in found if changes is None else found.filter(pk__in=changes):
        before = arrangement.from_json(change.after)
        if to not in before.works:
            change.after = arrangement.to_json(arrangement.rename(before, work, to))
            renamed.append(change)
    Change.objects.bulk_update(renamed, ["after"], batch_size=100)
    return [change.pk for change in renamed]


def _begun(title: str, works: list[int]) -> Arrangement:
    return arrangement.hang(Arrangement(title=title, rooms=(Walls(),)), 0, works)


def _known(artwork_ids: Iterable[int]) -> list[int]:
    """Those that are works, in their order."""
    wanted = list(dict.fromkeys(artwork_ids))
    there = set(Artwork.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    return [pk for pk in wanted if pk in there]


def _store(exhibition: Exhibition, wanted: Arrangement) -> None:
    """Make rooms and hangings what is wanted; works that are gone for good are left out."""
    there = set(_known([*wanted.works, *([wanted.cover] if wanted.cover else [])]))
    for name in ("title", "by_line", "introduction", "opens", "closes"):
        setattr(exhibition, name, getattr(wanted, name))
    exhibition.cover_id = wanted.cover if wanted.cover in there else None
    exhibition.version += 1
    exhibition.save()
    rooms = {room.pk: room for room in exhibition.rooms.all()}
    kept = []
    for position, walls in enumerate(wanted.rooms):
        room = rooms.get(walls.pk or 0) or Room(exhibition=exhibition)
        room.position, room.title = position, walls.title
        room.text, room.wall = walls.text, walls.wall
        room.save()
        kept.append(room)
    _hang(exhibition, list(zip(kept, wanted.rooms, strict=True)), there)
    exhibition.rooms.exclude(pk__in=[room.pk for room in kept]).delete()


def _hang(exhibition: Exhibition, rooms: list[tuple[Room, Walls]], there: set[int]) -> None:
    """Hang the works that are `there`, each in one place. One that hangs already keeps its row, by
    which a merge of two works finds it again."""
    rows = Hanging.objects.filter(room__exhibition=exhibition)
    was = {row.artwork_id: row for row in rows}
    hung: dict[int, Hanging] = {}
    for room, walls in rooms:
        for position, each in enumerate(walls.works):
            if each.work in there and each.work not in hung:
                row = hung[each.work] = was.get(each.work) or Hanging(artwork_id=each.work)
                row.room, row.position, row.label = room, position, each.label
    kept = [row for row in hung.values() if row.pk]
    rows.exclude(pk__in=[row.pk for row in kept]).delete()
    Hanging.objects.bulk_update(kept, ["room", "position", "label"])
    Hanging.objects.bulk_create(row for row in hung.values() if not row.pk)


def _note(exhibition: Exhibition, by: User | None, what: str, back_to: Change | None) -> None:
    Change.objects.create(
        exhibition=exhibition,
        number=exhibition.version,
        by=by,
        what=what[:200],
        after=arrangement.to_json(queries.arrangement_of(exhibition)),
        # The next undoing goes on from there.
        same_as=(back_to.same_as or back_to.number) if back_to else None,
    )
    Change.objects.filter(exhibition=exhibition, number__lte=exhibition.version - KEPT).delete()
