"""Museums' CSV files, read row by row: they have hundreds of thousands."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from webapp.ingest.sources.contract import SourceError

LONGEST_CELL: Final = 10_000_000


def read_rows(file: Path, *, needed: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a UTF-8 CSV by column name; absent cells are empty.

    Raises:
        SourceError: If it cannot be read, or lacks one of the `needed` columns.
    """
    csv.field_size_limit(LONGEST_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            header = [name.strip() for name in next(reader, [])]
            _check(file, header, needed)
            for values in reader:
                values += [""] * (len(header) - len(values))
                yield dict(zip(header, values, strict=False))
    except UnicodeDecodeError as error:
        raise SourceError(f"{file} is not UTF-8.") from error
    except csv.Error as error:
        raise SourceError(f"{file}:{reader.line_num}: this is not proper CSV: {error}.") from error
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error


def _check(file: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    if header and header[0].startswith("version https://git-lfs"):
        raise SourceError(
            f"{file} is a pointer of Git LFS, not the table itself; run “git lfs pull” in the "
            "folder it is from."
        )
    if missing := [name for name in needed if name not in header]:
        found = ", ".join(header) or "nothing"
        raise SourceError(f"{file} has no column “{missing[0]}”; its first line holds: {found}.")
