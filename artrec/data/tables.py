"""Text tables row by row: a damaged row is noted with line and column, the rest is kept."""

from __future__ import annotations

import ast
import csv
import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from artrec.data.report import Collector
from artrec.errors import DataError

T = TypeVar("T")

_TRUE = {"true", "t", "1", "yes"}
_FALSE = {"false", "f", "0", "no", ""}


class BadCellError(Exception):
    """A cell that does not hold what its column promises. Never leaves the readers."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class Cells:
    """The cells of one row, by column name."""

    def __init__(self, places: dict[str, int], values: list[str]) -> None:
        self._places = places
        self._values = values

    def __contains__(self, column: str) -> bool:
        """Whether the table has `column`."""
        return column in self._places

    def text(self, column: str) -> str:
        """The cell without surrounding blanks, which must not be empty."""
        value = self._values[self._places[column]].strip()
        if not value:
            raise BadCellError(column, "the cell is empty.")
        return value

    def optional(self, column: str) -> str:
        """The cell, or "" where it is empty or the table has no such column."""
        place = self._places.get(column)
        return "" if place is None else self._values[place].strip()

    def number(self, column: str) -> float:
        """A finite number."""
        value = self.text(column)
        try:
            number = float(value)
        except ValueError:
            raise BadCellError(column, f"{value!r} is not a number.") from None
        if not math.isfinite(number):
            raise BadCellError(column, f"{value!r} is not a finite number.")
        return number

    def time(self, column: str) -> int:
        """Whole seconds, from a number or from an ISO date or date and time (UTC if unsaid)."""
        return parse_time(self.text(column), column)

    def flag(self, column: str) -> bool:
        """A yes or no: true/false, t/f, yes/no, 1/0; an empty cell is no."""
        value = self.optional(column)
        if value.lower() in _TRUE:
            return True
        if value.lower() in _FALSE:
            return False
        raise BadCellError(column, f"{value!r} is neither true nor false.")

    def names(self, column: str) -> list[str]:
        """A Python list of strings or whole numbers, as `['a', 'b']`; not empty."""
        value = self.text(column)
        try:
            parsed = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise BadCellError(column, f"{value[:60]!r} is not a list.") from None
        if not isinstance(parsed, list) or not parsed:
            raise BadCellError(column, f"{value[:60]!r} is not a list with at least one id.")
        if not all(isinstance(name, str | int) and str(name).strip() for name in parsed):
            raise BadCellError(column, "the list holds something that is not an id.")
        return [str(name).strip() for name in parsed]


def parse_time(value: str, column: str) -> int:
    """Seconds since 1970, or the number itself where a file counts in its own unit."""
    try:
        return _checked_time(int(value), column)
    except ValueError:
        pass
    try:
        number = float(value)
    except ValueError:
        return _parse_date(value, column)
    if not math.isfinite(number):
        raise BadCellError(column, f"{value!r} is not a time.")
    return _checked_time(math.floor(number), column)


def _parse_date(value: str, column: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        message = f"{value!r} is not a time; seconds since 1970 or 2018-05-31 would be."
        raise BadCellError(column, message) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _checked_time(seconds: int, column: str) -> int:
    # The ends of the range are ALWAYS and NEVER.
    if abs(seconds) >= 2**62:
        raise BadCellError(column, f"{seconds} is too far off to be a time.")
    return seconds


def read_table(
    path: Path,
    required: Iterable[str],
    parse: Callable[[Cells], T],
    problems: Collector,
    *,
    delimiter: str = ",",
    header: list[str] | None = None,
    clean: Callable[[str], str] | None = None,
) -> list[T]:
    """`parse` of every sound row of a UTF-8 table; the others go to `problems`.

    `header` names the columns of a file without a header line; `clean` rewrites names in the header
    (RecBole writes `user_id:token`). Raises DataError where the file as a whole cannot be read:
    missing, without the `required` columns, or with a quote that never closes.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            rows = csv.reader(
                _without_nulls(lines, path),
                delimiter=delimiter,
                # Only comma-like tables quote; a lone " in a tab-separated title is a letter.
                quoting=csv.QUOTE_MINIMAL if delimiter in ",;" else csv.QUOTE_NONE,
                strict=True,
            )
            names = header if header is not None else _header(path, rows, clean)
            missing = [name for name in required if name not in names]
            if missing:
                raise DataError(
                    f"{path}, line 1: no column {', '.join(map(repr, missing))}; "
                    f"the file has {', '.join(map(repr, names)) or 'none'}."
                )
            places = {name: place for place, name in enumerate(names)}
            return list(_parse_rows(path, rows, places, len(names), parse, problems))
    except csv.Error as error:
        raise DataError(f"{path}: not a readable table ({error}).") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _header(path: Path, rows: _Rows, clean: Callable[[str], str] | None) -> list[str]:
    names = [name.strip() for name in next(rows, [])]
    names = [clean(name) for name in names] if clean else names
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise DataError(f"{path}, line 1: column {sorted(twice)[0]!r} stands there twice.")
    return names


class _Rows(Protocol):
    """What `csv.reader` returns."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


def _parse_rows(
    path: Path,
    rows: _Rows,
    places: dict[str, int],
    width: int,
    parse: Callable[[Cells], T],
    problems: Collector,
) -> Iterator[T]:
    for values in _sound_rows(path, rows, problems):
        line = rows.line_num
        if len(values) != width:
            message = f"{len(values)} cells where the header has {width}."
            problems.damaged(path, line, "", message)
            continue
        if not _is_utf8(values):
            problems.damaged(path, line, "", "the row is not UTF-8 text.")
            continue
        try:
            yield parse(Cells(places, values))
        except BadCellError as bad:
            problems.damaged(path, line, bad.column, str(bad))


def _sound_rows(path: Path, rows: _Rows, problems: Collector) -> Iterator[list[str]]:
    """Rows with text between a closing quote and the comma are damaged; empty lines are none.

    Other errors of the reader, above all a quote that never closes, have swallowed what follows
    and end the reading.
    """
    while True:
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if "expected after" not in str(error):
                raise DataError(f"{path}, line {rows.line_num}: {error}.") from error
            problems.rows_read += 1
            problems.damaged(path, rows.line_num, "", f"wrong quotes ({error}).")
            continue
        if values:
            problems.rows_read += 1
            yield values


def _is_utf8(values: list[str]) -> bool:
    joined = "".join(values)
    if joined.isascii():
        return True
    try:
        joined.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _without_nulls(lines: Iterable[str], path: Path) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise DataError(f"{path}, line {number}: a zero byte; this is not a text table.")
        yield line
