"""From the bytes of a table to rows of text: CSV in any usual encoding, XLSX, JSON and JSONL."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from webapp.ingest.sheets.workbook import workbook_rows
from webapp.ingest.table import LONGEST_CELL, TableError

MAX_BYTES: Final = 32 * 2**20
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 200
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED: Final = 64 * 1024
_DELIMITERS: Final = ",;\t|"
_SAID: Final = "sep="

Numbered = tuple[int, Sequence[str]]
"""A row, after the number that whoever opens the file finds it by."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table, as long as its header."""

    number: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """A table as text."""

    columns: tuple[str, ...]
    rows: tuple[Line, ...]
    problems: tuple[str, ...] = ()
    """Rows that are not as they should be, a sentence each."""


def read(name: str, content: bytes) -> Cells:
    """Return the cells of a table; its name says what kind it is.

    Raises:
        TableError: If it cannot be read, holds no rows, or too many.
    """
    reader = READERS.get(PurePosixPath(name).suffix.lower())
    if reader is None:
        raise TableError(f"{name} is no table; give one of {', '.join(sorted(READERS))}.")
    rows = reader(name, content)
    header = next((row for row in rows if any(text.strip() for text in row[1])), None)
    if header is None:
        raise TableError(f"{name} is empty; its first line must name the columns.")
    columns = [" ".join(_storable(text).split()) for text in header[1]]
    while columns and not columns[-1]:
        columns.pop()
    if len(columns) > MAX_COLUMNS:
        raise TableError(f"{name} has {len(columns)} columns; at most {MAX_COLUMNS} are read.")
    return _cells(name, tuple(columns), rows)


def _cells(name: str, columns: tuple[str, ...], rows: Iterable[Numbered]) -> Cells:
    lines: list[Line] = []
    problems: list[str] = []
    width = len(columns)
    for number, values in rows:
        texts = [_storable(text).strip() for text in values]
        if not any(texts):
            continue
        if any(texts[width:]):
            problems.append(
                f"Row {number} has {len(texts)} cells but there are only {width} columns; "
                "the rest is passed over."
            )
        if len(lines) == MAX_ROWS:
            raise TableError(f"{name} has more than {MAX_ROWS:,} rows; divide it into several.")
        lines.append(Line(number, tuple((texts + [""] * width)[:width])))
    if not lines:
        raise TableError(f"{name} names columns but has no rows below them.")
    return Cells(columns, tuple(lines), tuple(problems[:100]))


def _storable(text: str) -> str:
    """Leave out what no database takes: zeros, and halves of characters, which JSON can name."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _separated(name: str, content: bytes) -> Iterator[Numbered]:
    text = _decoded(content)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(name, text))
    start = 1
    try:
        for values in reader:
            if start > 1 or not values or values[0] != _SAID:
                yield start, values
            start = reader.line_num + 1  # a quoted cell may span lines; a row is where it begins
    except csv.Error as error:
        raise TableError(f"{name}, line {start}: this is not proper CSV: {error}.") from error


def _decoded(content: bytes) -> str:
    """Decode by the byte order mark, else as UTF-8, else as what Western spreadsheets write."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(name: str, text: str) -> str:
    """Return what divides the first line into most columns; spreadsheets may say it in front."""
    if name.lower().endswith(".tsv"):
        return "\t"
    first = next(iter(text[:_SNIFFED].lstrip().splitlines()), "")
    if first.startswith(_SAID) and len(first) == len(_SAID) + 1:
        return first[-1]
    return max(_DELIMITERS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))


def _json_lines(name: str, content: bytes) -> Iterator[Numbered]:
    """Yield the rows of JSON Lines, or of one JSON array of objects."""
    text = _decoded(content).strip()
    try:
        if text.startswith("["):
            records = list(enumerate(json.loads(text), start=1))
        else:
            lines = enumerate(text.splitlines(), start=1)
            records = [(number, json.loads(line)) for number, line in lines if line.strip()]
    except (ValueError, RecursionError) as error:
        raise TableError(f"{name} is not proper JSON: {error}.") from error
    wrong = next((number for number, record in records if not isinstance(record, dict)), None)
    if wrong is not None:
        raise TableError(
            f'{name}: record {wrong} is no object; write {{"file": "…", "title": "…"}}.'
        )
    columns = list(dict.fromkeys(str(key) for _, record in records for key in record))
    yield 1, columns
    for number, record in records:
        yield number, [_text(record.get(key)) for key in columns]


def _text(value: Any) -> str:
    """Return a JSON value as somebody would have written it into a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


READERS: Final[dict[str, Callable[[str, bytes], Iterator[Numbered]]]] = {
    ".csv": _separated,
    ".tsv": _separated,
    ".xlsx": workbook_rows,
    ".json": _json_lines,
    ".jsonl": _json_lines,
}
