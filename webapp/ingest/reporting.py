"""The story of a batch as CSV, row by row, for a spreadsheet that trusts nobody."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from webapp.ingest.models import Item

COLUMNS: Final = (
    "file",
    "state",
    "reason",
    "title",
    "artist",
    "inventory number",
    "work",
    "attempts",
    "received",
    "checked",
    "ended",
)
_BOM: Final = "\ufeff"
"""By which spreadsheets know UTF-8."""
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def lines(items: QuerySet[Item], *, site: str) -> Iterator[str]:
    """Yield the report line by line; `site` is put before the paths of works."""
    writer: Any = csv.writer(_Echo())
    yield _BOM + writer.writerow(COLUMNS)
    for item in items.iterator(chunk_size=500):
        yield writer.writerow([guarded(cell) for cell in _cells(item, site)])


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _cells(item: Item, site: str) -> list[str]:
    work = item.artwork
    return [
        item.name,
        item.get_state_display(),
        item.reason,
        work.title if work else "",
        work.artist.name if work else "",
        work.accession_number if work else "",
        f"{site}{work.get_absolute_url()}" if work else "",
        str(item.attempts + (work.attempts if work else 0)),
        _moment(item.created),
        _moment(item.checked),
        _moment(item.finished),
    ]


def _moment(value: datetime | None) -> str:
    """Return a moment as spreadsheets know it, in the time of the gallery."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if value else ""
