"""An exhibition as a visitor walks through it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from webapp.catalog import linked
from webapp.catalog.models import Artwork
from webapp.exhibitions.hanging import Hang, hang
from webapp.exhibitions.models import Exhibition, Hanging, Room


@dataclass(frozen=True)
class Shown:
    """A room one can enter."""

    number: int
    room: Room
    labelled: tuple[tuple[Artwork, str], ...]
    """Its works, each with its label."""

    @property
    def works(self) -> tuple[Artwork, ...]:
        return tuple(artwork for artwork, _label in self.labelled)

    @cached_property
    def hang(self) -> Hang:
        """How they hang."""
        return hang(self.labelled)


def rooms_of(exhibition: Exhibition) -> list[Shown]:
    """Return the rooms that have a work to see or a text to read. Two queries."""
    hung: defaultdict[int, list[tuple[Artwork, str]]] = defaultdict(list)
    rows = Hanging.objects.filter(
        room__exhibition=exhibition,
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    )
    for row in rows.select_related("artwork__artist", "artwork__image").order_by("position", "pk"):
        hung[row.room_id].append((row.artwork, row.label))
    rooms = [room for room in exhibition.rooms.all() if hung[room.pk] or room.text]
    return [
        Shown(number=number, room=room, labelled=tuple(hung[room.pk]))
        for number, room in enumerate(rooms, start=1)
    ]


def cover_of(exhibition: Exhibition, rooms: list[Shown]) -> Artwork | None:
    """Return the work that stands for an exhibition: the chosen one while it hangs, or the
    first."""
    works = [work for shown in rooms for work in shown.works]
    chosen = (work for work in works if work.pk == exhibition.cover_id)
    return next(chosen, None) or next(iter(works), None)


@dataclass(frozen=True, slots=True)
class Entrance:
    """What one sees beside the title."""

    artwork: Artwork
    label: str = ""
    hangs: bool = False
    """Whether it hangs here, and not in a room: one sees no work twice on end."""


def entered(cover: Artwork | None, rooms: list[Shown]) -> tuple[Entrance | None, list[Shown]]:
    """Return what is at the entrance, and what is in the rooms then.

    A cover that would be the first thing to see in the rooms as well hangs at the entrance; if it
    is all there is in its room, it stays there, and the entrance has words alone.
    """
    if cover is None:
        return None, rooms
    place = next(place for place, shown in enumerate(rooms) if shown.labelled)
    first, *others = rooms[place].labelled
    if first[0] != cover:
        return Entrance(cover), rooms
    if not others:
        return None, rooms
    without = replace(rooms[place], labelled=tuple(others))
    return Entrance(*first, hangs=True), [*rooms[:place], without, *rooms[place + 1 :]]


def event(request: HttpRequest, exhibition: Exhibition, cover: Artwork | None) -> dict[str, Any]:
    """Return an exhibition as https://schema.org/ExhibitionEvent; what is not known is left out."""
    here = request.build_absolute_uri(exhibition.get_absolute_url())
    told = {
        "@context": "https://schema.org",
        "@type": "ExhibitionEvent",
        "@id": here,
        "url": here,
        "name": exhibition.title,
        "description": exhibition.introduction,
        "startDate": exhibition.opens.isoformat() if exhibition.opens else None,
        "endDate": exhibition.closes.isoformat() if exhibition.closes else None,
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "eventStatus": "https://schema.org/EventScheduled",
        "location": {"@type": "VirtualLocation", "url": here},
        "organizer": {"@type": "Organization", "name": exhibition.by_line or "Artrec"},
        "image": linked.card_picture(request, cover)["url"] if cover else None,
    }
    return {name: value for name, value in told.items() if value}
