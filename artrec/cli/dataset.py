"""The data arguments that several commands share, and what they lead to."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.cli import fingerprint
from artrec.cli.feature_files import Family, read_families, read_pictures
from artrec.cli.formats import READERS, Source, guess_format, read
from artrec.data import Dataset, ReadReport
from artrec.errors import DataError
from artrec.models.contract import Content, Ints

_SHOWN: Final = 10  # damaged rows named on stderr


@dataclass(frozen=True, eq=False)
class Prepared:
    """A data set and what is known of its items, row by row."""

    dataset: Dataset
    content: Content
    choices: str
    """Digest of the choices as they were read, before items without features left."""

    @property
    def has_features(self) -> bool:
        """Whether there is at least one family."""
        return bool(self.content.features)

    @property
    def has_looks(self) -> bool:
        """Whether a model can see anything, be it features or pictures."""
        return self.has_features or self.content.pixels is not None


def add_data_arguments(
    parser: argparse.ArgumentParser, *, required: bool = True, features: bool = True
) -> None:
    """Add where the choices, the features and the artists come from."""
    group = parser.add_argument_group("data")
    group.add_argument(
        "--data", type=Path, required=required, metavar="PATH", help="file or folder of choices"
    )
    group.add_argument("--format", choices=tuple(READERS), help="default: guessed where clear")
    group.add_argument(
        "--min-rating", type=float, metavar="R", help="leave lower ratings out (movielens: 4)"
    )
    group.add_argument(
        "--columns",
        nargs="+",
        default=[],
        metavar="ROLE=NAME",
        help="columns of csv and parquet: user, item, time, rating, artist; time= for none",
    )
    group.add_argument(
        "--deduplicate", choices=("last", "first"), help="keep one choice per user and item"
    )
    if features:
        group.add_argument(
            "--features",
            nargs="+",
            default=[],
            metavar="[NAME=]PATH",
            help="feature stores written by extract, .npy with ids, or Tradesy's .b",
        )
        group.add_argument(
            "--pixels",
            type=Path,
            metavar="STORE",
            help="pictures for DVBPR, written by extract --features pixels",
        )
        group.add_argument(
            "--artists", type=Path, metavar="CSV", help="table with item_id and artist_id"
        )


def load(options: argparse.Namespace) -> Prepared:
    """Read what the arguments name; what was damaged or left out is said on stderr.

    Raises:
        DataError: If a file cannot be used, or no choice is left.
        ConfigError: If an argument does not go with the format.
    """
    dataset = read(
        Source(
            options.data,
            options.format or guess_format(options.data),
            options.min_rating,
            pairs(options.columns),
        )
    )
    _tell(dataset.report)
    if options.deduplicate:
        single = dataset.interactions.deduplicated(keep=options.deduplicate)
        dataset = replace(dataset, interactions=single)
    choices = fingerprint.of_choices(dataset.interactions)
    if getattr(options, "artists", None) is not None:
        dataset = _with_artists(dataset, options.artists)
    known = dataset.interactions.item_rows
    families = read_families(getattr(options, "features", []), known)
    store = getattr(options, "pixels", None)
    pictures = None if store is None else read_pictures(store, known)
    looks = families if pictures is None else [*families, pictures]
    if looks:
        dataset = _featured(dataset, looks)
    ids = dataset.items.ids
    content = Content(
        features={each.name: _features(each, ids) for each in families},
        artists=dataset.items.artists if dataset.items.n_artists else None,
        pixels=None if pictures is None else pictures.matrix[_rows_of(pictures, ids)],
    )
    return Prepared(dataset, content, choices)


def pairs(given: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE arguments as a dictionary. Raises DataError for one without the sign."""
    for entry in given:
        if "=" not in entry:
            raise DataError(f"{entry!r} must be written as NAME=VALUE.")
    return dict(entry.split("=", 1) for entry in given)


def say(line: str) -> None:
    """Tell the user something that is no result: on stderr."""
    sys.stderr.write(f"{line}\n")


def _tell(report: ReadReport) -> None:
    for reason, count in report.left_out.items():
        say(f"{count} rows left out: {reason}.")
    if report.problems:
        say(f"{len(report.problems)} damaged rows of {report.rows_read} left out:")
    for problem in report.problems[:_SHOWN]:
        say(f"  {problem}")
    if len(report.problems) > _SHOWN:
        say(f"  and {len(report.problems) - _SHOWN} more.")


def _featured(dataset: Dataset, families: list[Family]) -> Dataset:
    """Only items with every family; those that nobody chose join the catalogue."""
    shared = [name for name in families[0].rows if all(name in each.rows for each in families[1:])]
    before = dataset.interactions
    with_rows = dataset.with_features(shared)
    after = with_rows.interactions
    if not after.n_events:
        raise DataError(
            f"None of the {before.n_items} items has features; their ids are like "
            f"{before.item_ids[0]!r}, those of the features like {next(iter(families[0].rows))!r}."
        )
    known = frozenset(shared)
    lost = sum(name not in known for name in before.item_ids)
    if lost:
        say(
            f"{lost} of {before.n_items} items have no features and leave, with "
            f"{before.n_events - after.n_events} of {before.n_events} choices."
        )
    joined = after.n_items - (before.n_items - lost)
    if joined:
        say(f"{joined} items with features that nobody chose are in the catalogue.")
    return with_rows


def _rows_of(family: Family, ids: Sequence[str]) -> Ints:
    return np.array([family.rows[name] for name in ids], dtype=np.int64)


def _features(family: Family, ids: Sequence[str]) -> NDArray[Any]:
    chosen = family.matrix[_rows_of(family, ids)]
    # Maps are large, so they stay in half precision where they come in it.
    return chosen if chosen.ndim == 3 else np.asarray(chosen, dtype=np.float32)


def _with_artists(dataset: Dataset, path: Path) -> Dataset:
    """The artists of a table in place of those of the data; items it does not name are unknown."""
    found: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if not {"item_id", "artist_id"} <= set(reader.fieldnames or ()):
                raise DataError(f"{path}, line 1: the columns item_id and artist_id are needed.")
            for row in reader:
                found[(row["item_id"] or "").strip()] = (row["artist_id"] or "").strip()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"Cannot read the artists {path}: {error}.") from error
    names = [found.get(name, "") for name in dataset.items.ids]
    if not any(names):
        raise DataError(f"{path} names the artist of none of the {len(names)} items.")
    known = sorted({name for name in names if name})
    row_of = {name: row for row, name in enumerate(known)}
    artists = np.array([row_of.get(name, -1) for name in names], dtype=np.int64)
    return replace(dataset, items=replace(dataset.items, artists=artists, artist_ids=tuple(known)))
