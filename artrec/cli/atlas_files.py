"""What `atlas` reads and writes: features, facts, a former map, and the new one, all by item id."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from artrec.atlas.neighbours import Floats, Ints
from artrec.atlas.wording import title_words
from artrec.cli.dataset import say
from artrec.cli.feature_files import read_families
from artrec.cli.options import write_text
from artrec.cli.tables import Table, as_csv, read_table
from artrec.errors import DataError
from artrec.serving.transform import fit_transform_for

FEWEST: Final = 10
"""Items that make a map, or that a former map must share for a new one to keep to it."""
FACETS: Final = {
    "style": "style",
    "medium": "medium",
    "artist": "artist",
    "colour": "colour",
    "title": "words",
}
"""Columns of the facts, and what `artrec.atlas.wording` calls them."""


@dataclass(frozen=True, eq=False)
class Former:
    """A map that was written before, as far as it shows the N items of the new one."""

    points: Floats
    """(N, 2), NaN for an item that it does not show."""
    layers: list[Ints]
    """Coarse to fine, the neighbourhood (N,) of each item, -1 for one that it does not show."""

    @property
    def shared(self) -> Ints:
        """Rows of the items that both maps show."""
        return np.flatnonzero(np.isfinite(self.points[:, 0]))


def read_vectors(given: Sequence[str], known: Collection[str]) -> tuple[list[str], Floats]:
    """Ids of the items that every family of features has, and their vectors (N, D) of length 1.

    As in the gallery: each dimension standardised, each family of equal weight, of more than 256
    dimensions the main directions.

    Raises:
        DataError: If a file cannot be used, or fewer than `FEWEST` items have all features.
        ShapeError: If all items look the same.
    """
    families = read_families(given, known)
    ids = [name for name in families[0].rows if all(name in each.rows for each in families)]
    partly = len(set().union(*(each.rows for each in families))) - len(ids)
    if partly:
        say(f"{partly} items that not every family of features has are left out.")
    if len(ids) < FEWEST:
        raise DataError(
            f"A map needs {FEWEST} items; {len(ids)} have all the features given. Check --features."
        )
    columns: list[Floats] = []
    spans: list[tuple[str, int, int]] = []
    edge = 0
    for family in families:
        chosen = family.matrix[[family.rows[name] for name in ids]]
        parts = chosen if chosen.ndim == 3 else chosen[:, None]
        rows = np.asarray(parts.mean(axis=1, dtype=np.float32), dtype=np.float32)
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            raise DataError(
                f"The features {family.name!r} of item {ids[int(np.argmin(finite))]!r} are not "
                f"finite; extract them again, or leave the item out."
            )
        columns.append(rows)
        spans.append((family.name, edge, edge + rows.shape[1]))
        edge += rows.shape[1]
    matrix = np.concatenate(columns, axis=1)
    return ids, fit_transform_for(matrix, spans).apply(matrix)


def read_facts(path: Path) -> Table:
    """A table with at least one of the columns of `FACETS`. Raises DataError for another one."""
    table = read_table(path)
    if not set(FACETS) & set(table.columns):
        raise DataError(
            f"{path}, line 1: none of the columns {', '.join(FACETS)} is there; there are: "
            f"{', '.join(table.columns)}."
        )
    return table


def facets(facts: Table, ids: Sequence[str]) -> dict[str, list[tuple[str, ...]]]:
    """By facet, what is said of each item.

    Raises:
        DataError: If the table knows none of the items.
    """
    _shared(facts, ids, "--facts")
    cells = [facts.rows.get(name, {}) for name in ids]
    return {
        facet: [_said(column, row.get(column, "")) for row in cells]
        for column, facet in FACETS.items()
        if column in facts.columns
    }


def _said(column: str, cell: str) -> tuple[str, ...]:
    if column == "title":
        return title_words(cell)
    return (cell,) if cell else ()


def former_of(table: Table, ids: Sequence[str]) -> Former:
    """The places and neighbourhoods of items on the map of an earlier points.csv.

    Raises:
        DataError: If a cell is no such number, or fewer than `FEWEST` of the items are there.
    """
    shared = _shared(table, ids, "--former")
    if len(shared) < FEWEST:
        raise DataError(
            f"{table.path} shows {len(shared)} of the items; to keep to it takes {FEWEST}. Leave "
            f"--former out."
        )
    depth = 0
    while f"layer{depth}" in table.columns:
        depth += 1
    points = np.full((len(ids), 2), np.nan, dtype=np.float32)
    layers = [np.full(len(ids), -1, dtype=np.int64) for _ in range(depth)]
    for row in shared:
        points[row] = [_place(table, ids[row], axis) for axis in ("x", "y")]
        for number, layer in enumerate(layers):
            layer[row] = _neighbourhood(table, ids[row], f"layer{number}")
    return Former(points, layers)


def _shared(table: Table, ids: Sequence[str], option: str) -> list[int]:
    """Rows of the items that a table knows; how many others it has is said on stderr."""
    shared = [row for row, name in enumerate(ids) if name in table.rows]
    if not shared:
        raise DataError(
            f"{table.path} knows none of the {len(ids)} items; their ids are like {ids[0]!r}, "
            f"those of {option} like {next(iter(table.rows), '')!r}."
        )
    others = len(table.rows) - len(shared)
    if others:
        say(f"{others} of {len(table.rows)} items of {table.path} have no features.")
    return shared


def _place(table: Table, name: str, column: str) -> float:
    cell = table.rows[name][column]
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DataError(f"{table.place(name)}: {column} is {cell!r}; it must be a finite number.")
    return number


def _neighbourhood(table: Table, name: str, column: str) -> int:
    cell = table.rows[name][column]
    if not (cell.isascii() and cell.isdigit() and len(cell) < 10):
        raise DataError(
            f"{table.place(name)}: {column} is {cell!r}; it must be the number of a neighbourhood. "
            f"Give a points.csv as it was written, or take its columns layer0, layer1, ... out."
        )
    return int(cell)


def write_points(path: Path, ids: Sequence[str], points: Floats, labels: Sequence[Ints]) -> None:
    """Write id, x, y and the neighbourhood in each layer. ArtrecError where the disk refuses."""
    header = ["id", "x", "y", *(f"layer{number}" for number in range(len(labels)))]
    rows = zip(
        ids,
        *([f"{value:.6f}" for value in axis] for axis in points.T.tolist()),
        *(layer.tolist() for layer in labels),
        strict=True,
    )
    write_text(path, as_csv(header, rows))


def write_neighbourhoods(
    path: Path,
    labels: Sequence[Ints],
    names: Sequence[Sequence[str]],
    former: Sequence[Mapping[int, int]] | None,
) -> None:
    """Write layer, number, name, size and parent of each neighbourhood, coarse to fine.

    Args:
        path: Replaced if there.
        labels: (N,) of each layer.
        names: Of each layer, by number.
        former: Of each layer, the neighbourhood of the former map that each one goes on from; a
            column more, if there was one.

    Raises:
        ArtrecError: If the disk refuses.
    """
    rows: list[list[object]] = []
    for layer, label in enumerate(labels):
        sizes = np.bincount(label).tolist()
        for number, (name, size) in enumerate(zip(names[layer], sizes, strict=True)):
            parent = int(labels[layer - 1][label == number][0]) if layer else None
            row: list[object] = [layer, number, name, size, parent]
            rows.append(row if former is None else [*row, former[layer].get(number)])
    header = ["layer", "number", "name", "size", "parent"]
    write_text(path, as_csv(header if former is None else [*header, "former"], rows))
