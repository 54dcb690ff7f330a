"""An exhibition as a visitor walks through it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from webapp.catalog import linked
from webapp.catalog.models import Artwork
from webapp.exhibitions.hanging import Hang, hang
from webapp.exhibitions.models import Exhibition, Hanging, Room


@dataclass(frozen=True, slots=True)
class Shown:
    """A room one can enter."""

    number: int
    room: Room
    hang: Hang
    works: tuple[Artwork, ...]


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
        Shown(
            number=number,
            room=room,
            hang=hang(hung[room.pk]),
            works=tuple(artwork for artwork, _label in hung[room.pk]),
        )
        for number, room in enumerate(rooms, start=1)
    ]


def cover_of(exhibition: Exhibition, rooms: list[Shown]) -> Artwork | None:
    """Return the work that stands for an exhibition: the chosen one while it hangs, or the
    first."""
    works = [work for shown in rooms for work in shown.works]
    chosen = (work for work in works if work.pk == exhibition.cover_id)
    return next(chosen, None) or next(iter(works), None)


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
