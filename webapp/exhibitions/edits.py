"""From what a curator posted to the next arrangement. A button's value says what to do, as
"keep", "up-12" or "sort"; every button of a room keeps the words and labels of that room, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone

from webapp.catalog import queries as catalog
from webapp.exhibitions import arrangement, ordering
from webapp.exhibitions.actions import Edit
from webapp.exhibitions.arrangement import Arrangement, RefusedError
from webapp.exhibitions.describing import described
from webapp.exhibitions.forms import DatesForm, RoomForm, WordsForm

LONGEST_LABEL: Final = 2_000
Step = Callable[[Arrangement], Arrangement]


def edit_of(posted: QueryDict) -> Edit:
    """Return what a form of the editor asks for.

    Raises:
        RefusedError: If it asks for nothing that is known, or for what cannot be.
    """
    verb, _sep, which = posted.get("do", "").partition("-")
    step = _whole(verb, posted)

    def edit(before: Arrangement) -> tuple[Arrangement, str]:
        after = step(before) if step else _in_room(before, verb, number(which), posted)
        return after, described(before, after)

    return edit


def _whole(verb: str, posted: QueryDict) -> Step | None:
    """What is done to all of an exhibition; None for what is done in a room."""
    now = timezone.now()
    if verb == "words":
        words = _valid(WordsForm(posted))
        return lambda before: replace(before, **words)
    if verb == "dates":
        dates = _valid(DatesForm(posted))
        return lambda before: _opened(replace(before, **dates))
    if verb == "open":
        return lambda before: _opened(replace(before, opens=now, closes=None))
    if verb == "close":
        return lambda before: _closed(before, now)
    if verb == "withdraw":
        return lambda before: replace(before, opens=None, closes=None)
    if verb == "build":
        return arrangement.add_room
    return None


def _opened(after: Arrangement) -> Arrangement:
    if after.opens and not after.works:
        raise RefusedError("Hang a work first: nobody can visit empty rooms.")
    return after


def _closed(before: Arrangement, now: datetime) -> Arrangement:
    if before.opens is None or before.opens >= now:
        raise RefusedError("It is not open yet. Take it back as a draft instead.")
    return replace(before, closes=now)


def _in_room(before: Arrangement, verb: str, which: int, posted: QueryDict) -> Arrangement:
    """Keep the words of the room, then do what its button says."""
    place = _place(before, number(posted.get("room", "")))
    if verb == "put":  # by drag: no words come along
        return arrangement.put(before, _hung(before, which), place, number(posted.get("place", "")))
    after = _written(before, place, posted)
    if verb == "keep":
        return _sent(after, place, posted)
    if verb in ("earlier", "later"):
        return arrangement.move_room(after, place, -1 if verb == "earlier" else 1)
    if verb == "remove":
        return arrangement.remove_room(after, place)
    if verb == "sort":
        return arrangement.reorder(after, place, _sorted(after, place, posted.get("way", "")))
    work = _hung(after, which)
    if verb == "take":
        return arrangement.take_down(after, {work})
    if verb == "cover":
        return replace(after, cover=work)
    if verb in ("up", "down"):
        order = [each.work for each in after.rooms[place].works]
        at = order.index(work) if work in order else 0
        return arrangement.put(after, work, place, at + (-1 if verb == "up" else 1))
    raise RefusedError("This button is not known. Reload the page, then try again.")


def _written(before: Arrangement, place: int, posted: QueryDict) -> Arrangement:
    """The title, text, wall and labels of a room as they were posted."""
    room = before.rooms[place]
    given = {name: posted.get(name, getattr(room, name)) for name in ("title", "text", "wall")}
    after = arrangement.change_room(before, place, **_valid(RoomForm(given)))
    labels = {each.work: posted.get(f"label-{each.work}") for each in room.works}
    written = {
        work: label.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_LABEL]
        for work, label in labels.items()
        if label is not None
    }
    return arrangement.relabel(after, written)


def _sent(before: Arrangement, place: int, posted: QueryDict) -> Arrangement:
    """Works for which another room was chosen go there."""
    after = before
    for each in before.rooms[place].works:
        wanted = number(posted.get(f"to-{each.work}", ""))
        if wanted and wanted != before.rooms[place].pk:
            after = arrangement.put(after, each.work, _place(after, wanted))
    return after


def _sorted(before: Arrangement, place: int, way: str) -> list[int]:
    if way not in ordering.WAYS:
        raise RefusedError("Choose how to order the works.")
    ids = [each.work for each in before.rooms[place].works]
    works = catalog.artworks().in_bulk(ids)
    _words, order = ordering.WAYS[way]
    return order([works[pk] for pk in ids if pk in works])


def _place(before: Arrangement, room: int) -> int:
    places = {walls.pk: place for place, walls in enumerate(before.rooms)}
    if room not in places:
        raise RefusedError("This room is not there any more. Reload the page.")
    return places[room]


def _hung(before: Arrangement, work: int) -> int:
    arrangement.room_of(before, work)
    return work


def _valid(form: WordsForm | DatesForm | RoomForm) -> dict[str, Any]:
    """What a form says; its mistakes as one sentence after another."""
    if not form.is_valid():
        said = [
            f"{form.fields[name].label or name.capitalize().replace('_', ' ')}: {text}"
            for name, texts in form.errors.items()
            for text in texts
        ]
        raise RefusedError(" ".join(said))
    cleaned: dict[str, Any] = form.cleaned_data
    return cleaned


def number(text: str) -> int:
    """Return a number of an address or a form; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def numbers(texts: Sequence[str]) -> list[int]:
    """Return those of some texts that are numbers, each once."""
    return [found for found in dict.fromkeys(map(number, texts)) if found]
