"""What a visitor looked at, by day; taking out of it, for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final, TypeAlias

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import TruncDate
from django.utils import timezone

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor

PAGE: Final = 60
"""Works a page, each once a day."""
Look: TypeAlias = tuple[str, str | None, str | None]
"""When, in which list it was found, since when it shapes nothing: what JSON can hold."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was looked at on a day, the last first."""

    day: date
    works: tuple[Artwork, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Some days, the newest first, and the time before which the next page begins."""

    days: tuple[Day, ...]
    before: datetime | None


def days(visitor: Visitor | None, *, before: datetime | None = None) -> Days:
    """Return what `visitor` looked at before a time. Two queries, none for a stranger."""
    if visitor is None:
        return Days((), None)
    looks = Event.objects.filter(visitor=visitor, kind=Event.Kind.VIEW, undone=None)
    by_day = looks.values("artwork_id", day=TruncDate("time")).annotate(last=Max("time"))
    if before is not None:  # by the last look, so that no work comes again on the next page
        by_day = by_day.filter(last__lt=before)
    rows = list(by_day.order_by("-last", "artwork_id")[: PAGE + 1])
    shown = rows[:PAGE]
    cards = catalog.cards().in_bulk([row["artwork_id"] for row in shown])
    found = [
        Day(day, tuple(cards[row["artwork_id"]] for row in group if row["artwork_id"] in cards))
        for day, group in groupby(shown, key=lambda row: row["day"])
    ]
    there = tuple(each for each in found if each.works)
    return Days(there, shown[-1]["last"] if len(rows) > PAGE else None)


def recent(visitor: Visitor | None, *, limit: int) -> list[Artwork]:
    """Return the works that `visitor` looked at last, each once. Two queries, none for a
    stranger."""
    if visitor is None:
        return []
    looks = Event.objects.filter(visitor=visitor, kind=Event.Kind.VIEW, undone=None)
    rows = looks.values("artwork_id").annotate(last=Max("time")).order_by("-last", "artwork_id")
    ids = list(rows.values_list("artwork_id", flat=True)[:limit])
    cards = catalog.cards().in_bulk(ids)
    return [cards[pk] for pk in ids if pk in cards]


@transaction.atomic
def forget(*, visitor: Visitor, artwork: Artwork) -> list[Look]:
    """Delete that a work was looked at. Return the looks, for `remember`."""
    events = list(visitor.events.filter(artwork=artwork, kind=Event.Kind.VIEW).order_by("-time"))
    visitor.events.filter(pk__in=[each.pk for each in events]).delete()
    return [
        (
            each.time.isoformat(),
            str(each.list_id) if each.list_id else None,
            each.muted.isoformat() if each.muted else None,
        )
        for each in events
    ]


def remember(*, visitor: Visitor, artwork: Artwork, looks: Iterable[Look]) -> None:
    """Undo `forget`."""
    Event.objects.bulk_create(
        Event(
            visitor=visitor,
            artwork=artwork,
            kind=Event.Kind.VIEW,
            time=datetime.fromisoformat(time),
            list_id=list_id,
            muted=datetime.fromisoformat(muted) if muted else None,
        )
        for time, list_id, muted in looks
    )


def clear(*, visitor: Visitor) -> int:
    """Delete all that was looked at, for good. Return how many looks."""
    return visitor.events.filter(kind=Event.Kind.VIEW).delete()[0]


def read_time(text: str) -> datetime | None:
    """Read the place of a page; None for anything else."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if timezone.is_aware(time) else None
