"""Tables for a folder of pictures: the one that is given, and those that lie there unasked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from webapp.ingest.folder import Found
from webapp.ingest.sheets import ENDINGS
from webapp.ingest.sheets.reading import MAX_BYTES, read
from webapp.ingest.table import Table, TableError, read_table, table_of

MOST: Final = 20
"""Tables of a folder that are looked into; some programs write one beside each picture."""
SHOWN: Final = 3
"""Of those that do not fit, the names that are told."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell of tables that lie in a folder and were not given."""

    words: str
    """A sentence or two; "" if there are none."""
    fits: Path | None = None
    """The one that names pictures of the folder, as `found` names it, if it is just one."""


def read_any(path: Path) -> Table:
    """Read the table at `path`, by its name TSV, XLSX, JSON or JSON Lines, else CSV.

    Columns are called as in the CSV, and an empty cell means the same. Of a workbook the first
    sheet is read.

    Raises:
        TableError: If it cannot be read, or lacks the column "file".
    """
    kind = path.suffix.lower()
    if kind == ".csv" or kind not in ENDINGS:
        return read_table(path)
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise TableError(
                f"{path} has {size / 2**20:,.0f} MB; a table of this kind may have at most "
                f"{MAX_BYTES / 2**20:,.0f} MB. Save it as CSV."
            )
        cells = read(path.name, path.read_bytes())
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from error
    table = table_of(path, cells.columns, [(row.number, row.values) for row in cells.rows])
    return replace(table, notes=cells.problems)


def advice(found: Found, root: Path) -> Advice:
    """Look into the tables of a folder, and tell by name that they are not used."""
    if not found.tables:
        return Advice("")
    looked = {path: _look_into(path, found) for path in found.tables[:MOST]}
    fitting = [path for path, (named, _problem) in looked.items() if named]
    names = [str(path.relative_to(root.resolve())) for path in fitting or found.tables]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    told = f"{', '.join(names[:SHOWN])}{more}"
    if len(fitting) == 1:
        named, pictures = looked[fitting[0]][0], len(found.pictures)
        words = f"{told} lies in the folder and has rows for {named:,} of its {pictures:,} pictures"
        return Advice(f"{words}. It is not used unless you give it:", fitting[0])
    if fitting:
        return Advice(f"Several tables fit the pictures: {told}. Give one of them by --metadata.")
    if len(names) == 1:
        return Advice(f"{told} lies in the folder and is not used. {looked[found.tables[0]][1]}")
    words = f"Tables in the folder that are not used: {told}. None has a column “file” that names"
    return Advice(f"{words} pictures of the folder.")


def _look_into(path: Path, found: Found) -> tuple[int, str]:
    """Return how many of the pictures a table names, and why it cannot be used, or ""."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return 0, "It is too large to be looked into unasked."
        rows = read_any(path).rows
    except OSError as error:
        return 0, f"It cannot be read: {error.strerror}."
    except TableError as error:
        return 0, str(error)
    named = len({row.file for row in rows} & found.pictures.keys())
    return named, "" if named else "Its column “file” names no picture of the folder."
