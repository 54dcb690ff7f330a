"""Which reader a path needs: named by the user, or told by the path where it leaves no doubt."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from artrec.data import Dataset
from artrec.data.readers import (
    read_csv,
    read_curatornet,
    read_dvbpr,
    read_movielens,
    read_parquet,
    read_recbole,
    read_tradesy,
    read_tutorial,
    read_ugallery,
)
from artrec.data.readers.plain import Columns
from artrec.errors import ConfigError, DataError


@dataclass(frozen=True, slots=True)
class Source:
    """A data set on disk and how to read it."""

    path: Path
    format: str
    min_rating: float | None = None
    columns: Mapping[str, str] | None = None
    """Names of columns that differ from the usual, by `user`, `item`, `time`, `rating`, `artist`;
    "" for one that the file does not have."""


def _layout(source: Source) -> Columns:
    given = dict(source.columns or {})
    known = [each.name for each in fields(Columns)]
    wrong = [name for name in given if name not in known]
    if wrong:
        raise ConfigError(f"There is no column role {wrong[0]!r}; choose of {', '.join(known)}.")
    if source.min_rating is not None:
        given.setdefault("rating", "rating")
    return Columns(**given)


def _movielens(source: Source) -> Dataset:
    least = 4.0 if source.min_rating is None else source.min_rating
    return read_movielens(source.path, min_rating=least)


def _recbole(source: Source) -> Dataset:
    artist = dict(source.columns or {}).get("artist", "")
    return read_recbole(source.path, artist=artist, min_rating=source.min_rating)


READERS: Final[Mapping[str, Callable[[Source], Dataset]]] = {
    "tutorial": lambda source: read_tutorial(source.path),
    "curatornet": lambda source: read_curatornet(source.path),
    "ugallery": lambda source: read_ugallery(source.path),
    "dvbpr": lambda source: read_dvbpr(source.path).dataset,
    "tradesy": lambda source: read_tradesy(source.path),
    "recbole": _recbole,
    "movielens": _movielens,
    "csv": lambda source: read_csv(source.path, _layout(source), min_rating=source.min_rating),
    "parquet": lambda source: read_parquet(
        source.path, _layout(source), min_rating=source.min_rating
    ),
}
"""Format to reader."""
_WITH_RATINGS: Final = ("recbole", "movielens", "csv", "parquet")
_WITH_COLUMNS: Final = ("recbole", "csv", "parquet")
_FOLDERS: Final = ("curatornet", "ugallery", "recbole")


def read(source: Source) -> Dataset:
    """Read a data set.

    Raises:
        DataError: If the path is missing, of the wrong kind, or has no usable row.
        ConfigError: If a setting does not go with the format.
    """
    name = source.format
    if not source.path.exists():
        raise DataError(f"There is no {source.path}. Check --data.")
    if source.path.is_dir() != (name in _FOLDERS):
        kind = "a folder" if name in _FOLDERS else "one file"
        raise DataError(f"The format {name} is {kind}; {source.path} is not. Check --data.")
    if source.min_rating is not None and name not in _WITH_RATINGS:
        raise ConfigError(f"The format {name} has no ratings; leave --min-rating out.")
    if source.columns and name not in _WITH_COLUMNS:
        raise ConfigError(f"The format {name} fixes its columns; leave --columns out.")
    return READERS[name](source)


def guess_format(path: Path) -> str:
    """The format of a path, from file names and headers. DataError where it could be several."""
    if path.is_dir():
        found = _folder_format(path)
    elif path.is_file():
        found = _file_format(path)
    else:
        raise DataError(f"There is no {path}. Check --data.")
    if found is None:
        raise DataError(
            f"Cannot tell what format {path} has; say it with --format, one of "
            f"{', '.join(READERS)}."
        )
    return found


def _folder_format(path: Path) -> str | None:
    if (path / "purchases.csv").exists() and (path / "inventory.csv").exists():
        return "curatornet"
    if (path / "valid_sales.csv").exists() and (path / "valid_artworks.csv").exists():
        return "ugallery"
    names = (f"{path.name}.inter", f"{path.name}.train.inter")
    return "recbole" if any((path / name).exists() for name in names) else None


def _file_format(path: Path) -> str | None:
    if path.name.endswith((".json.gz", ".json")):
        return "tradesy"
    by_suffix = {".npy": "dvbpr", ".parquet": "parquet", ".dat": "movielens", ".data": "movielens"}
    if path.suffix in by_suffix:
        return by_suffix[path.suffix]
    if path.suffix != ".csv":
        return None
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            header = {name.strip() for name in next(csv.reader(lines), [])}
    except (OSError, csv.Error):
        return None
    if {"userId", "movieId", "rating", "timestamp"} <= header:
        return "movielens"
    # With a rating it may be MovieLens-like or a table in which low ratings count as choices.
    if {"user_id", "item_id", "timestamp"} <= header and "rating" not in header:
        return "tutorial"
    return None
