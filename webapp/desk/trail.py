"""The audit trail, read: who changed what of a work or an artist, and of the gallery at large."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import Group
from django.db.models import Model, OuterRef, QuerySet, Subquery

from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork
from webapp.desk import tracked, words
from webapp.desk.actions import NOT_BACK
from webapp.desk.models import (
    ArtistEvent,
    CollectionEvent,
    MembershipEvent,
    PersonEvent,
    PromotionEvent,
    ServingEvent,
    WorkEvent,
)
from webapp.mine.models import Collection

BY_ITSELF: Final = "The gallery itself"
"""Who does what nobody is signed in for: imports, timers, commands."""
PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after."""

    field: str
    label: str
    before: str
    after: str
    can_go_back: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did."""

    pk: int
    time: datetime
    who: str
    what: str
    """A sentence without its subject, as "changed" or "made Mara a curator"."""
    subject: str
    url: str
    changes: tuple[Change, ...]
    edit: int | None
    """The edit of many works that it was part of."""


def of_work(work: Artwork) -> list[Entry]:
    """Return all that happened to a work, newest first. Three queries."""
    events = list(WorkEvent.objects.filter(pgh_obj_id=work.pk).order_by("pgh_id"))
    before: list[Any] = [None, *events]
    names = _artists(events)
    pairs = list(zip(before, events, strict=False))
    return _entries(pairs, tracked.WORK, names=names)[::-1]


def of_artist(artist: Artist) -> list[Entry]:
    """Return all that happened to an artist, newest first. Two queries."""
    events = list(ArtistEvent.objects.filter(pgh_obj_id=artist.pk).order_by("pgh_id"))
    before: list[Any] = [None, *events]
    return _entries(list(zip(before, events, strict=False)), tracked.ARTIST)[::-1]


def of_gallery(*, until: datetime | None = None, people: bool = False) -> list[Entry]:
    """Return what was done lately, newest first, with roles if `people`; no more than `PAGE`.

    What a batch brought in and what an edit or a table changed is told on its own page. A fixed
    number of queries.
    """
    works = WorkEvent.objects.exclude(pgh_label="made")
    works = works.exclude(pgh_context__has_any_keys=["edit", "sheet"])
    latest_works = _latest(works, until)
    artists = _latest(ArtistEvent.objects.exclude(pgh_label="made"), until)
    collections = _latest(CollectionEvent.objects.all(), until)
    shown = Collection.objects.in_bulk([each.pgh_obj_id for _, each in collections])
    entries = [
        *_entries(latest_works, tracked.WORK, names=_artists(_rows(latest_works))),
        *_entries(artists, tracked.ARTIST),
        *_entries(
            [pair for pair in collections if pair[1].pgh_obj_id in shown], tracked.COLLECTION
        ),
        *_entries(_latest(ServingEvent.objects.all(), until), tracked.SERVING),
        *_entries(_latest(PromotionEvent.objects.all(), until), ()),
    ]
    if people:
        entries += _entries(_latest(PersonEvent.objects.all(), until), tracked.PERSON)
        entries += _entries(_latest(MembershipEvent.objects.all(), until), ())
    return sorted(entries, key=lambda entry: entry.time, reverse=True)[:PAGE]


def _latest(events: QuerySet[Any], until: datetime | None) -> list[tuple[Any, Any]]:
    """Return the newest events, each behind the one before it of the same row. Two queries."""
    model = events.model
    earlier = model.objects.filter(
        pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
    ).order_by("-pgh_id")
    known = events.exclude(pgh_label="known").annotate(
        earlier=Subquery(earlier.values("pgh_id")[:1])
    )
    if until:
        known = known.filter(pgh_created_at__lt=until)
    found = list(known.order_by("-pgh_created_at", "-pgh_id")[:PAGE])
    before = model.objects.in_bulk([each.earlier for each in found if each.earlier])
    return [(before.get(each.earlier), each) for each in found]


def _rows(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    return [row for pair in pairs for row in pair if row is not None]


def _artists(events: Iterable[Any]) -> Mapping[int, str]:
    ids = {event.artist_id for event in events}
    return dict(Artist.objects.filter(pk__in=ids).values_list("pk", "name"))


def _entries(
    pairs: Sequence[tuple[Any, Any]],
    fields: Sequence[str],
    *,
    names: Mapping[int, str] | None = None,
) -> list[Entry]:
    """Dress pairs of events for people. One query for who they are, one for whom they regard."""
    signed: set[Any] = {(event.pgh_context or {}).get("user") for _, event in pairs}
    people = dict(User.objects.filter(pk__in=signed - {None}).values_list("pk", "username"))
    told = _subjects([event for _, event in pairs])
    entries = []
    for before, event in pairs:
        context = event.pgh_context or {}
        changes = _changes(before, event, fields, names or {})
        # A step between states of the workers' own is no change of what people see.
        if event.pgh_label == "changed" and not changes:
            continue
        what, subject, url = told[event.pgh_id]
        user = context.get("user")
        who = people.get(user, "Somebody whose account is gone") if user else BY_ITSELF
        if event.pgh_label == "known":
            who = ""
        entries.append(
            Entry(
                event.pgh_id,
                event.pgh_created_at,
                who,
                what,
                subject,
                url,
                changes,
                context.get("edit") or context.get("undone_edit"),
            )
        )
    return entries


def _changes(
    before: Any, event: Any, fields: Sequence[str], names: Mapping[int, str]
) -> tuple[Change, ...]:
    if before is None or event.pgh_label != "changed":
        return ()

    def told(row: Any, field: str) -> str:
        if field == "artist":
            return names.get(row.artist_id, "an artist who is gone")
        return words.value(field, getattr(row, field))

    found = ((field, told(before, field), told(event, field)) for field in fields)
    return tuple(
        Change(field, words.LABELS[field], old, new, field not in NOT_BACK)
        for field, old, new in found
        if old != new
    )


_MADE: Final = {
    "made": "brought in",
    "known": "Was here when the trail began",
    "changed": "changed",
    "deleted": "deleted",
}


def _subjects(events: Sequence[Any]) -> dict[int, tuple[str, str, str]]:
    """Return for each event what was done, to what, and where that is."""
    if not events:
        return {}
    model: type[Model] = type(events[0])
    if model is MembershipEvent:
        return _memberships(events)
    if model is PromotionEvent:
        return {
            each.pgh_id: (
                f"{each.kind}: {each.state}",
                f"version {each.version_id}" if each.version_id else "the look",
                f"/lab/versions/{each.version_id}/" if each.version_id else "/lab/",
            )
            for each in events
        }
    if model is ServingEvent:
        return {
            each.pgh_id: ("changed", "how works are ranked", "/lab/serving/") for each in events
        }
    if model is PersonEvent:
        ids = {each.pgh_obj_id for each in events}
        people = dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))
        return {
            each.pgh_id: ("changed", people.get(each.pgh_obj_id, "an account that is gone"), "")
            for each in events
        }
    names = {WorkEvent: "title", ArtistEvent: "name", CollectionEvent: "title"}
    places = {WorkEvent: "/desk/works/{}/", ArtistEvent: "/desk/artists/{}/"}
    place = places.get(model, "")
    return {
        each.pgh_id: (
            _MADE[each.pgh_label],
            getattr(each, names[model]),
            "" if each.pgh_label == "deleted" else place.format(each.pgh_obj_id),
        )
        for each in events
    }


def _memberships(events: Sequence[Any]) -> dict[int, tuple[str, str, str]]:
    people = User.objects.in_bulk([each.user_id for each in events])
    groups = Group.objects.in_bulk([each.group_id for each in events])
    found = {}
    for each in events:
        role = groups[each.group_id].name if each.group_id in groups else "a role that is gone"
        name = people[each.user_id].username if each.user_id in people else "an account gone since"
        verb = "put among the" if each.pgh_label == "given" else "took away from the"
        found[each.pgh_id] = (f"{verb} {role}", name, "")
    return found
