"""CSV tables with one row per item, by its id."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from artrec.errors import DataError


@dataclass(frozen=True, slots=True)
class Table:
    """What a file says of items, and where."""

    path: Path
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]
    """Cells by column, without spaces around them, by item id."""
    lines: Mapping[str, int]
    """The line on which the row of each item ends."""

    def place(self, name: str) -> str:
        """File and line of an item, as errors begin with it."""
        return f"{self.path}, line {self.lines[name]}"


def read_table(path: Path, *needed: str) -> Table:
    """Read a CSV with a header, a column `id` and the columns needed.

    Raises:
        DataError: If the file cannot be read, a column is missing, a row has other cells than the
            header, or an id is missing or there twice; says which line.
    """
    rows: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = tuple(reader.fieldnames or ())
            for wanted in ("id", *needed):
                if wanted not in columns:
                    raise DataError(
                        f"{path}, line 1: there is no column {wanted!r}; there are: "
                        f"{', '.join(columns) or 'none'}."
                    )
            for row in reader:
                place = f"{path}, line {reader.line_num}"
                if None in row or None in row.values():
                    raise DataError(f"{place}: the row has more or fewer cells than the header.")
                name = row["id"].strip()
                if not name:
                    raise DataError(f"{place}: the row has no id; write one or take it out.")
                if name in rows:
                    raise DataError(
                        f"{place}: the item {name!r} stands on line {lines[name]} already; leave "
                        f"one of them out."
                    )
                rows[name] = {column: cell.strip() for column, cell in row.items()}
                lines[name] = reader.line_num
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"Cannot read {path}: {error}.") from error
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.reader.line_num}: {error}.") from error
    return Table(path, columns, rows, lines)


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV; None is an empty cell."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()
