"""Bring in a recorded history: collectors and what they viewed, liked and bought."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils import timezone

from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor

COLUMNS: Final = ("collector", "kind", "file", "time", "basket")
BATCH: Final = 5_000


class HistoryError(Exception):
    """The file as a whole cannot be read; the message says why."""


@dataclass(slots=True)
class Summary:
    """What became of the rows."""

    added: int = 0
    known: int = 0
    errors: list[str] = field(default_factory=list)


@transaction.atomic
def import_history(path: Path, *, source: str) -> Summary:
    """Add the events of a CSV with the columns collector, kind, file, time and basket.

    Works are found by the source key `folder:<source>/<file>`. Rows that cannot be used are
    reported with their line and left out; a second run adds nothing twice.

    Raises:
        HistoryError: If the file is missing, not UTF-8, or lacks a column.
    """
    works = Artwork.objects.filter(source_key__startswith=f"folder:{source}/")
    artworks = {str(key): pk for key, pk in works.values_list("source_key", "pk")}
    summary = Summary()
    rows = list(_rows(path, source, artworks, summary))
    visitors = _visitors({row[0] for row in rows})
    known = set(
        Event.objects.filter(visitor__in=visitors.values()).values_list(
            "visitor_id", "artwork_id", "kind", "time"
        )
    )
    fresh: list[Event] = []
    for collector, kind, artwork_id, time, basket in rows:
        key = (visitors[collector], artwork_id, kind, time)
        if key in known:
            summary.known += 1
            continue
        known.add(key)
        fresh.append(
            Event(
                visitor_id=visitors[collector],
                artwork_id=artwork_id,
                kind=kind,
                time=time,
                basket=basket,
            )
        )
    before = Event.objects.count()
    # A second like of one work by one collector meets the constraint and is left out.
    Event.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    summary.added = Event.objects.count() - before
    summary.known += len(fresh) - summary.added
    return summary


def _rows(
    path: Path, source: str, artworks: dict[str, int], summary: Summary
) -> Iterator[tuple[str, str, int, datetime, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise HistoryError(f"{path} lacks the columns {', '.join(sorted(missing))}")
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                artwork_id = artworks.get(f"folder:{source}/{row['file']}")
                time = _time(row["time"] or "")
                if not row["collector"]:
                    summary.errors.append(f"{where}: the collector is empty")
                elif row["kind"] not in Event.Kind.values:
                    allowed = ", ".join(Event.Kind.values)
                    summary.errors.append(f"{where}: kind {row['kind']!r} is none of {allowed}")
                elif artwork_id is None:
                    summary.errors.append(f"{where}: no artwork was imported from {row['file']!r}")
                elif time is None:
                    summary.errors.append(f"{where}: {row['time']!r} is no ISO 8601 time")
                else:
                    yield row["collector"], row["kind"], artwork_id, time, row["basket"] or ""
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HistoryError(f"Cannot read {path} as UTF-8 CSV: {error}") from error


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if timezone.is_aware(time) else timezone.make_aware(time)


def _visitors(labels: Iterable[str]) -> dict[str, int]:
    wanted = sorted(labels)
    for chunk in (wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)):
        Visitor.objects.bulk_create(
            [Visitor(label=label) for label in chunk], ignore_conflicts=True
        )
    found = Visitor.objects.filter(label__in=wanted).values_list("label", "pk")
    return {str(label): pk for label, pk in found}
