"""Read which picture carries which label from a CSV file."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from artrec.errors import DataError


@dataclass(frozen=True, slots=True)
class Labelled:
    """Pictures and their labels, one each, without repeats."""

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    repeats: int
    """Pictures left out because the same bytes came before."""


def read_labels(folder: Path, metadata: Path, column: str, limit: int | None = None) -> Labelled:
    """Read a CSV with a column `file` and a label column.

    Files are looked for in `folder`, then in `folder/images`. Rows without a label are left
    out; so are pictures that stand there twice, since a copy is too easy a neighbour.

    Raises:
        DataError: If the CSV is missing, malformed or names a missing file; says which line.
    """
    paths: dict[str, tuple[Path, str]] = {}
    repeats = 0
    try:
        with metadata.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for wanted in ("file", column):
                if wanted not in (reader.fieldnames or ()):
                    known = ", ".join(reader.fieldnames or ()) or "none"
                    raise DataError(
                        f"{metadata}, line 1: there is no column {wanted!r}; there are: {known}."
                    )
            for row in reader:
                name, label = row["file"], row[column]
                if None in row or name is None or label is None:
                    raise DataError(
                        f"{metadata}, line {reader.line_num}: the row has more or fewer cells "
                        "than the header."
                    )
                if not label.strip():
                    continue
                path = _locate(folder, name.strip(), f"{metadata}, line {reader.line_num}")
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                repeats += digest in paths
                paths.setdefault(digest, (path, label.strip()))
                if len(paths) == limit:
                    break
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"Cannot read {metadata}: {error}.") from error
    except csv.Error as error:
        raise DataError(f"{metadata}, line {reader.reader.line_num}: {error}.") from error
    found = tuple(paths.values())
    return Labelled(tuple(path for path, _ in found), tuple(label for _, label in found), repeats)


def _locate(folder: Path, name: str, place: str) -> Path:
    for path in (folder / name, folder / "images" / name):
        if name and path.is_file():
            return path
    raise DataError(f"{place}: there is no file {name!r} in {folder} or {folder / 'images'}.")
