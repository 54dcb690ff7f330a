"""The rows of an XLSX workbook's first sheet, read without trusting its size or its formulas."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from webapp.ingest.table import TableError

MAX_UNPACKED: Final = 256 * 2**20
"""Bytes of all parts of a workbook together; a packed one of a few kilobytes could hold more."""
_BROKEN: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    zlib.error,
    struct.error,
)
"""All that openpyxl raises of workbooks that are none."""
_USUAL: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways to compress of which a part gives no more than the size it says."""


def workbook_rows(name: str, content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of the first sheet: of formulas the values that were last computed.

    Raises:
        TableError: If it is no workbook, or too large when unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if any(part.compress_type not in _USUAL for part in parts):
            raise TableError(f"{name} is compressed in an unusual way. Save it again, or as CSV.")
        if unpacked > MAX_UNPACKED:
            raise TableError(
                f"{name} unpacks to {unpacked / 2**20:,.0f} MB, more than a table may have. "
                "Save it as CSV."
            )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            rows = book.worksheets[0].iter_rows(values_only=True, max_col=1000)
            for number, values in enumerate(rows, start=1):
                yield number, _trimmed(values)
        finally:
            book.close()
    except _BROKEN as error:
        raise TableError(
            f"{name} cannot be read as an Excel workbook ({error}). Save it again, or as CSV."
        ) from error


def _trimmed(values: Sequence[Any]) -> list[str]:
    texts = [_text(value) for value in values]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
