"""Writers of the tutorial's formats, so that others' code can be run on the same data.

Each writes beside the target and renames, so a file is whole or absent.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from artrec.data.dataset import Dataset
from artrec.data.interactions import TEST
from artrec.data.readers.tutorial import EvaluationRow
from artrec.errors import ShapeError


def write_interactions(dataset: Dataset, path: Path) -> None:
    """`user_id,item_id[,artist_id],timestamp[,evaluation]`, sorted by time as the tutorial expects.

    `artist_id` is written if any artist is known, `evaluation` if the data names a test part;
    VALIDATION events are written as False, since the format has two parts only.
    """
    events, items = dataset.interactions, dataset.items
    has_artist = bool(items.n_artists)
    columns = ["user_id", "item_id"] + ["artist_id"] * has_artist + ["timestamp"]
    if events.parts is not None:
        columns.append("evaluation")

    def rows() -> Iterable[list[str]]:
        for event in np.argsort(events.times, kind="stable"):
            item = events.items[event]
            row = [events.user_ids[events.event_users[event]], events.item_ids[item]]
            if has_artist:
                artist = items.artists[item]
                row.append(items.artist_ids[artist] if artist >= 0 else "")
            row.append(str(events.times[event]))
            if events.parts is not None:
                row.append(str(bool(events.parts[event] == TEST)))
            yield row

    _write_csv(path, columns, rows())


def write_embeddings(ids: Sequence[str], vectors: NDArray[np.floating[Any]], path: Path) -> None:
    """Object array (n, 2) of id and float32 vector, of `vectors` (n, ...); by format a pickle."""
    if len(ids) != len(vectors):
        raise ShapeError(f"{len(ids)} ids for {len(vectors)} vectors.")
    table = np.empty((len(ids), 2), dtype=object)
    for row, name in enumerate(ids):
        table[row, 0] = name
        table[row, 1] = np.asarray(vectors[row], dtype=np.float32)
    _replace(path, lambda file: np.save(file, table, allow_pickle=True))


def write_evaluation(rows: Sequence[EvaluationRow], path: Path) -> None:
    """`user_id,predict[,artist_id],timestamp,profile`, several items separated by a blank."""
    has_artist = any(row.artist for row in rows)
    columns = ["user_id", "predict"] + ["artist_id"] * has_artist + ["timestamp", "profile"]
    cells = (
        [str(row.user), " ".join(map(str, row.predict))]
        + [row.artist] * has_artist
        + [str(row.timestamp), " ".join(map(str, row.profile))]
        for row in rows
    )
    _write_csv(path, columns, cells)


def _write_csv(path: Path, columns: list[str], rows: Iterable[list[str]]) -> None:
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    partial.replace(path)


def _replace(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        write(file)
    partial.replace(path)
