"""Any CSV or Parquet table of choices, by the names of its columns."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artrec.data.assemble import Event, Fact, assemble
from artrec.data.dataset import Dataset
from artrec.data.report import Collector
from artrec.data.tables import BadCellError, Cells, read_table
from artrec.errors import DataError


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; "" for what the table does not have."""

    user: str = "user_id"
    item: str = "item_id"
    time: str = "timestamp"
    rating: str = ""
    artist: str = ""

    def required(self) -> list[str]:
        """The columns that must be there."""
        return [
            name for name in (self.user, self.item, self.time, self.rating, self.artist) if name
        ]


def read_csv(
    path: Path,
    columns: Columns | None = None,
    *,
    delimiter: str = ",",
    min_rating: float | None = None,
    strict: bool = False,
) -> Dataset:
    """Choices in a text table with a header. Ratings below `min_rating` are left out.

    Raises DataError for a file that cannot be read at all, or with `strict` for the first damaged
    row; else damaged rows are in the report.
    """
    layout = columns or Columns()
    problems = Collector(strict=strict)
    parse = _Parser(layout, min_rating, problems)
    rows = read_table(path, layout.required(), parse, problems, delimiter=delimiter)
    return parse.dataset(rows, path)


def read_parquet(
    path: Path,
    columns: Columns | None = None,
    *,
    min_rating: float | None = None,
    strict: bool = False,
) -> Dataset:
    """Choices in a Parquet file, as `read_csv`; "line" in the report is the row, from 1.

    Needs the package pyarrow, which Artrec does not install; raises DataError without it.
    """
    layout = columns or Columns()
    problems = Collector(strict=strict)
    parse = _Parser(layout, min_rating, problems)
    names = layout.required()
    places = {name: place for place, name in enumerate(names)}
    rows: list[Event | None] = []
    for number, values in enumerate(_parquet_rows(path, names), start=1):
        problems.rows_read += 1
        try:
            rows.append(
                parse(Cells(places, ["" if cell is None else str(cell) for cell in values]))
            )
        except BadCellError as bad:
            problems.damaged(path, number, bad.column, str(bad))
    return parse.dataset(rows, path)


class _Parser:
    """Parses rows and remembers the artist of each item."""

    def __init__(self, columns: Columns, min_rating: float | None, problems: Collector) -> None:
        if min_rating is not None and not columns.rating:
            raise DataError("min_rating needs Columns(rating=...), the name of the rating column.")
        self._columns = columns
        self._min_rating = min_rating
        self._problems = problems
        self._artists: dict[str, str] = {}

    def __call__(self, cells: Cells) -> Event | None:
        columns = self._columns
        time = cells.time(columns.time) if columns.time else None
        event = Event(cells.text(columns.user), cells.text(columns.item), time)
        artist = cells.optional(columns.artist) if columns.artist else ""
        if artist and self._artists.setdefault(event.item, artist) != artist:
            known = self._artists[event.item]
            raise BadCellError(columns.artist, f"item {event.item} had artist {known} before.")
        if self._min_rating is not None and cells.number(columns.rating) < self._min_rating:
            self._problems.leave_out(f"rated below {self._min_rating:g}")
            return None
        return event

    def dataset(self, rows: Sequence[Event | None], path: Path) -> Dataset:
        report = self._problems.finish(path)
        events = [event for event in rows if event]
        chosen = {event.item for event in events}
        facts = {i: Fact(artist=a) for i, a in self._artists.items() if i in chosen}
        return assemble(events, report, facts=facts)


def _parquet_rows(path: Path, names: list[str]) -> Sequence[Sequence[Any]]:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise DataError(
            f"{path}: reading Parquet needs pyarrow; run `pip install pyarrow` or save it as CSV."
        ) from error
    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise DataError(f"{path}: not a readable Parquet file ({error}).") from error
    missing = [name for name in names if name not in table.column_names]
    if missing:
        have = ", ".join(map(repr, table.column_names))
        raise DataError(f"{path}: no column {', '.join(map(repr, missing))}; it has {have}.")
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))
