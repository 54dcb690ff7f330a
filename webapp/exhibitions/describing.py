"""What was done to an exhibition, in words for its history."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from webapp.exhibitions.arrangement import Arrangement, Walls
from webapp.exhibitions.models import Exhibition, state_at
from webapp.exhibitions.queries import name_of, works

NOTHING: Final = "Kept it as it was"
_STATES: Final = {
    Exhibition.State.DRAFT: "Took it back as a draft",
    Exhibition.State.SCHEDULED: "Set the day of its opening",
    Exhibition.State.OPEN: "Opened it",
    Exhibition.State.CLOSED: "Closed it",
}


def described(before: Arrangement, after: Arrangement) -> str:
    """Return what makes two arrangements different, as a sentence without its full stop."""
    said = [*_words(before, after), *_dates(before, after), *_rooms(before, after)]
    said += _hung(before, after) or _order(before, after)
    return "; ".join(said) or NOTHING


def _words(before: Arrangement, after: Arrangement) -> list[str]:
    said = []
    if before.title != after.title:
        said.append(f"Called it “{after.title}”")
    if before.introduction != after.introduction or before.by_line != after.by_line:
        said.append("Wrote the words at the entrance")
    if before.cover != after.cover and after.cover in after.works:
        said.append("Chose the cover")
    return said


def _dates(before: Arrangement, after: Arrangement) -> list[str]:
    if (before.opens, before.closes) == (after.opens, after.closes):
        return []
    now = timezone.now()
    was, is_now = (state_at(each.opens, each.closes, now) for each in (before, after))
    return ["Changed its dates" if was == is_now else _STATES[Exhibition.State(is_now)]]


def _rooms(before: Arrangement, after: Arrangement) -> list[str]:
    was = {room.pk: room for room in before.rooms}
    stays = {room.pk for room in after.rooms}
    said = [
        f"Added {name_of(after, place)}"
        for place, room in enumerate(after.rooms)
        if room.pk not in was
    ]
    said += [
        f"Removed {name_of(before, place)} with {works(len(room.works))}"
        for place, room in enumerate(before.rooms)
        if room.pk not in stays
    ]
    kept = [room.pk for room in after.rooms if room.pk in was]
    if kept != [room.pk for room in before.rooms if room.pk in stays]:
        said.append("Moved a room")
    for place, room in enumerate(after.rooms):
        if room.pk in was:
            said += _room(was[room.pk], room, name_of(after, place))
    return said


def _room(before: Walls, after: Walls, name: str) -> list[str]:
    said = []
    if (before.title, before.text) != (after.title, after.text):
        said.append(f"Wrote the words of {name}")
    if before.wall != after.wall:
        said.append(f"Painted {name} {after.wall}")
    labels = {each.work: each.label for each in before.works}
    if any(labels.get(each.work, each.label) != each.label for each in after.works):
        said.append(f"Wrote labels in {name}")
    return said


def _hung(before: Arrangement, after: Arrangement) -> list[str]:
    """Works that came or went, but for those of rooms that went with them."""
    stays = {room.pk for room in after.rooms}
    were = {each.work for room in before.rooms if room.pk in stays for each in room.works}
    new, gone = set(after.works) - set(before.works), were - set(after.works)
    said = [f"Hung {works(len(new))}"] if new else []
    return [*said, f"Took down {works(len(gone))}"] if gone else said


def _order(before: Arrangement, after: Arrangement) -> list[str]:
    was = {room.pk: [each.work for each in room.works] for room in before.rooms}
    changed = [
        place
        for place, room in enumerate(after.rooms)
        if room.pk in was and was[room.pk] != [each.work for each in room.works]
    ]
    if not changed:
        return []
    if len(changed) == 1:
        return [f"Ordered {name_of(after, changed[0])}"]
    return ["Moved works between rooms"]
