"""All of an exhibition as one value, and what may be done to it: plain functions from one
arrangement to the next.

Every change goes this way (see `actions.change`), so that each can be kept whole, undone and
restored, and a work hangs in one place only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

FIRST_WALL: Final = "paper"
MOST_ROOMS: Final = 40
MOST_WORKS: Final = 500
"""In one exhibition."""


class RefusedError(Exception):
    """What cannot be done, in words for who wanted it."""


@dataclass(frozen=True, slots=True)
class Hung:
    """A work on a wall."""

    work: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Walls:
    """A room. `pk` is None until it is stored."""

    pk: int | None = None
    title: str = ""
    text: str = ""
    wall: str = FIRST_WALL
    works: tuple[Hung, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An exhibition."""

    title: str
    by_line: str = ""
    introduction: str = ""
    cover: int | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    rooms: tuple[Walls, ...] = ()

    @property
    def works(self) -> list[int]:
        """The ids of all works, in the order in which one passes them."""
        return [hung.work for room in self.rooms for hung in room.works]


def add_room(all_of: Arrangement, title: str = "") -> Arrangement:
    """Build a room behind the others, its wall as that of the last one.

    Raises:
        RefusedError: If there are too many.
    """
    if len(all_of.rooms) >= MOST_ROOMS:
        raise RefusedError(f"An exhibition has {MOST_ROOMS} rooms at most.")
    wall = all_of.rooms[-1].wall if all_of.rooms else FIRST_WALL
    return replace(all_of, rooms=(*all_of.rooms, Walls(title=title, wall=wall)))


def change_room(all_of: Arrangement, place: int, **values: Any) -> Arrangement:
    """Give a room another title, text or wall."""
    rooms = list(all_of.rooms)
    rooms[place] = replace(rooms[place], **values)
    return replace(all_of, rooms=tuple(rooms))


def remove_room(all_of: Arrangement, place: int) -> Arrangement:
    """Take a room away with all that hangs in it."""
    rooms = all_of.rooms
    return replace(all_of, rooms=(*rooms[:place], *rooms[place + 1 :]))


def move_room(all_of: Arrangement, place: int, by: int) -> Arrangement:
    """Let a room come earlier or later."""
    rooms = list(all_of.rooms)
    rooms.insert(max(0, place + by), rooms.pop(place))
    return replace(all_of, rooms=tuple(rooms))


def hang(all_of: Arrangement, place: int, works: Iterable[int]) -> Arrangement:
    """Hang works behind the others of a room; those that hang somewhere already stay there.

    Raises:
        RefusedError: If there are too many.
    """
    there = set(all_of.works)
    new = [Hung(pk) for pk in dict.fromkeys(works) if pk not in there]
    if len(there) + len(new) > MOST_WORKS:
        raise RefusedError(
            f"An exhibition holds {MOST_WORKS} works; {len(there)} hang already, and these are"
            f" {len(new)} more. Choose fewer."
        )
    return change_room(all_of, place, works=(*all_of.rooms[place].works, *new))


def take_down(all_of: Arrangement, works: Collection[int]) -> Arrangement:
    """Take works off the walls."""
    rooms = (
        replace(room, works=tuple(hung for hung in room.works if hung.work not in works))
        for room in all_of.rooms
    )
    cover = None if all_of.cover in works else all_of.cover
    return replace(all_of, rooms=tuple(rooms), cover=cover)


def put(all_of: Arrangement, work: int, room: int, place: int | None = None) -> Arrangement:
    """Move a work to a place of a room, the last one if none is given; its label goes along."""
    hung = next(each for walls in all_of.rooms for each in walls.works if each.work == work)
    without = replace(take_down(all_of, {work}), cover=all_of.cover)
    works = list(without.rooms[room].works)
    works.insert(len(works) if place is None else max(0, place), hung)
    return change_room(without, room, works=tuple(works))


def reorder(all_of: Arrangement, room: int, order: Sequence[int]) -> Arrangement:
    """Put the works of a room in this order; those not named come last, as they were."""
    hung = {each.work: each for each in all_of.rooms[room].works}
    named = [hung.pop(pk) for pk in dict.fromkeys(order) if pk in hung]
    return change_room(all_of, room, works=(*named, *hung.values()))


def relabel(all_of: Arrangement, labels: Mapping[int, str]) -> Arrangement:
    """Write labels, by work; the others stay."""
    rooms = (
        replace(
            room,
            works=tuple(
                replace(each, label=labels.get(each.work, each.label)) for each in room.works
            ),
        )
        for room in all_of.rooms
    )
    return replace(all_of, rooms=tuple(rooms))


def rename(all_of: Arrangement, work: int, to: int) -> Arrangement:
    """Hang another work where one hangs, with its label."""
    rooms = (
        replace(
            room,
            works=tuple(
                replace(each, work=to) if each.work == work else each for each in room.works
            ),
        )
        for room in all_of.rooms
    )
    cover = to if all_of.cover == work else all_of.cover
    return replace(all_of, rooms=tuple(rooms), cover=cover)


def room_of(all_of: Arrangement, work: int) -> int:
    """Return the place of the room where a work hangs.

    Raises:
        RefusedError: If it hangs nowhere.
    """
    for place, room in enumerate(all_of.rooms):
        if any(each.work == work for each in room.works):
            return place
    raise RefusedError("This work does not hang in the exhibition any more.")


def to_json(all_of: Arrangement) -> dict[str, Any]:
    """Return an arrangement as JSON values."""
    return {
        "title": all_of.title,
        "by_line": all_of.by_line,
        "introduction": all_of.introduction,
        "cover": all_of.cover,
        "opens": all_of.opens.isoformat() if all_of.opens else None,
        "closes": all_of.closes.isoformat() if all_of.closes else None,
        "rooms": [
            {
                "pk": room.pk,
                "title": room.title,
                "text": room.text,
                "wall": room.wall,
                "works": [[each.work, each.label] for each in room.works],
            }
            for room in all_of.rooms
        ],
    }


def from_json(told: Mapping[str, Any]) -> Arrangement:
    """Return the arrangement that `to_json` told."""
    rooms = (
        Walls(**{**room, "works": tuple(Hung(work, label) for work, label in room["works"])})
        for room in told["rooms"]
    )
    opens, closes = (datetime.fromisoformat(told[name]) if told[name] else None for name in _DATES)
    return Arrangement(**{**told, "opens": opens, "closes": closes, "rooms": tuple(rooms)})


_DATES: Final = ("opens", "closes")
