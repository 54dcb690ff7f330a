"""What a reader could not use, kept beside what it could."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from artrec.errors import DataError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """One damaged row. `line` counts from 1; 0 where the format has no lines."""

    path: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = [self.path]
        if self.line:
            where.append(f"line {self.line}")
        if self.column:
            where.append(f"column {self.column!r}")
        return f"{', '.join(where)}: {self.message}"


@dataclass(frozen=True, slots=True)
class ReadReport:
    """Rows read and kept, and every row that was not, in the order of the files."""

    rows_read: int = 0
    rows_kept: int = 0
    problems: tuple[Problem, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    """Sound rows left out on purpose, by reason, such as ratings below the threshold."""

    def __str__(self) -> str:
        lines = [f"{self.rows_kept} of {self.rows_read} rows kept, {len(self.problems)} damaged."]
        lines += [f"  {count} left out: {reason}" for reason, count in self.left_out.items()]
        lines += [f"  {problem}" for problem in self.problems]
        return "\n".join(lines)


class Collector:
    """Gathers the problems of one reading; with `strict` the first one raises DataError."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.rows_read = 0
        self._problems: list[Problem] = []
        self._left_out: Counter[str] = Counter()

    def damaged(self, path: Path, line: int, column: str, message: str) -> None:
        """Note a row that is left out because it is damaged."""
        problem = Problem(str(path), line, column, message)
        if self.strict:
            raise DataError(str(problem))
        self._problems.append(problem)

    def leave_out(self, reason: str) -> None:
        """Count a sound row that the caller's choices leave out."""
        self._left_out[reason] += 1

    def finish(self, path: Path) -> ReadReport:
        """The report, also logged if rows were lost. Raises DataError if no row is left."""
        lost = len(self._problems) + sum(self._left_out.values())
        report = ReadReport(
            self.rows_read, self.rows_read - lost, tuple(self._problems), dict(self._left_out)
        )
        if report.rows_kept <= 0:
            first = f" The first problem: {self._problems[0]}" if self._problems else ""
            raise DataError(f"{path}: no usable row among {self.rows_read}.{first}")
        if self._problems:
            log.warning(
                "%s: left out %d damaged rows of %d; the first: %s",
                path,
                len(self._problems),
                self.rows_read,
                self._problems[0],
            )
        return report
