"""A metadata table comes in: it is read once, and kept as rows of text."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Final

from django.core.files.base import File

from webapp.ingest.models import Batch, Sheet
from webapp.ingest.sheets.guessing import guess
from webapp.ingest.sheets.reading import MAX_BYTES, READERS, Cells, read
from webapp.ingest.table import TableError

ENDINGS: Final = frozenset(READERS)
"""Endings of the names of files that are taken for tables, in small letters, with the dot."""
NAME_LENGTH: Final = 500


def is_sheet(name: str) -> bool:
    """Tell by its name whether a file is taken for a table."""
    return PurePosixPath(name).suffix.lower() in ENDINGS


def receive_sheet(*, batch: Batch, name: str, content: File[Any]) -> Sheet:
    """Keep a table that came with a batch. One that cannot be read is kept as refused, with why.

    Nothing is changed by it until somebody looks at the mapping and applies it.
    """
    sheet = Sheet(batch=batch, name=name[:NAME_LENGTH])
    try:
        cells = _read(name, content)
    except TableError as error:
        sheet.state, sheet.problems = Sheet.State.REFUSED, [str(error)]
    else:
        sheet.columns = list(cells.columns)
        sheet.rows = [[row.number, list(row.values)] for row in cells.rows]
        sheet.problems = list(cells.problems)
        sheet.mapping = guess(cells.columns)
    sheet.save()
    return sheet


def _read(name: str, content: File[Any]) -> Cells:
    if content.size > MAX_BYTES:
        raise TableError(
            f"{name} has {content.size / 2**20:,.0f} MB; a table may have at most "
            f"{MAX_BYTES / 2**20:,.0f} MB. Divide it into several."
        )
    content.seek(0)
    return read(name, content.read())
