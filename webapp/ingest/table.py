"""Read a metadata table: a UTF-8 CSV with one row for each file, columns mapped by their names.

Tables of other kinds become the same from their rows of text, see `webapp.ingest.beside`.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, cast

from webapp.catalog.facts import UNKNOWN_ARTIST, Facts
from webapp.ingest import cells

KEY: Final = "file"
LONGEST_CELL: Final = 1_000_000


class TableError(Exception):
    """The table as a whole cannot be used; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the table says of one file."""

    file: str
    """Relative path with forward slashes, in Unicode's composed form."""
    where: str
    """ "paintings.csv:14", for messages."""
    facts: Facts
    problems: tuple[str, ...]
    """ "paintings.csv:14:price: …" for every cell that cannot be used."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    """Columns that nothing is made of."""
    notes: tuple[str, ...] = ()
    """Sentences about what was passed over in reading it."""


def normal(path: str) -> str:
    """Return a relative path in the one form in which paths are compared.

    File systems and spreadsheets write the same letters in different Unicode forms.
    """
    text = str(PurePosixPath(unicodedata.normalize("NFC", path.strip()).replace("\\", "/")))
    return text.removeprefix("./")


def read_table(path: Path) -> Table:
    """Read the table at `path`.

    Raises:
        TableError: If it is missing, not UTF-8, not CSV, or lacks the column "file".
    """
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            return table_of(path, next(reader, []), _numbered(reader))
    except UnicodeDecodeError as error:
        raise TableError(
            f"{path} is not UTF-8 (byte {error.start}). Save it as “CSV UTF-8” and try again."
        ) from error
    except csv.Error as error:
        raise TableError(f"{path}:{reader.line_num}: this is not proper CSV: {error}.") from error
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from error


def table_of(
    path: Path, columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]
) -> Table:
    """Make a table of texts; each row comes after the number that people find it by.

    Raises:
        TableError: If it lacks the column "file", or has a column twice.
    """
    header = [name.strip().lower().replace(" ", "_") for name in columns]
    _check_header(path, header)
    made = tuple(_rows(path, header, rows))
    known = tuple(name for name in header if name in cells.COLUMNS)
    unknown = tuple(name for name in header if name not in cells.COLUMNS and name != KEY)
    return Table(made, known, unknown)


def _check_header(path: Path, header: list[str]) -> None:
    if KEY not in header:
        found = ", ".join(header) or "nothing"
        hint = " Separate columns with commas." if len(header) == 1 else ""
        raise TableError(
            f"{path}:1: there is no column “{KEY}”, which names the picture of each row. "
            f"The first line holds: {found}.{hint}"
        )
    if twice := sorted({name for name in header if header.count(name) > 1 and name}):
        raise TableError(f"{path}:1: the column “{twice[0]}” is there twice.")


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    line = reader.line_num + 1
    for values in reader:
        yield line, values
        line = reader.line_num + 1  # a quoted cell may span lines; a row is where it begins


def _rows(
    path: Path, header: list[str], rows: Iterable[tuple[int, Sequence[str]]]
) -> Iterator[Row]:
    for line, cells_of in rows:
        where, values = f"{path.name}:{line}", list(cells_of)
        if not any(value.strip() for value in values):
            continue
        if len(values) > len(header):
            text = f"The row has {len(values)} cells but there are only {len(header)} columns."
            values = values[: len(header)]
            yield _row(where, dict(zip(header, values, strict=True)), [f"{where}: {text}"])
        else:
            values += [""] * (len(header) - len(values))
            yield _row(where, dict(zip(header, values, strict=True)), [])


def _row(where: str, values: Mapping[str, str], problems: list[str]) -> Row:
    file = normal(values[KEY]) if values[KEY].strip() else ""
    if not file:
        problems.append(f"{where}:{KEY}: The row names no file.")
    facts: dict[str, Any] = {}
    for column, text in values.items():
        blank = not text.strip()
        if column in cells.COLUMNS and not (blank and column in cells.BLANK_MEANS_UNSAID):
            try:
                facts[column] = cells.parse(column, text)
            except cells.CellError as error:
                problems.append(f"{where}:{column}: {error}")
    if facts.get("title") == "":
        facts["title"] = PurePosixPath(file).stem
    if facts.get("artist") == "":
        facts["artist"] = UNKNOWN_ARTIST
    bad_currency = any(problem.startswith(f"{where}:currency") for problem in problems)
    if facts.get("price") is not None and not facts.get("currency") and not bad_currency:
        problems.append(f"{where}:currency: A price needs a currency, such as EUR.")
    return Row(file, where, cast(Facts, facts), tuple(problems))
