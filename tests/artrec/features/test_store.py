"""Feature stores on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import DataError, ShapeError
from artrec.features.store import open_store, write_store

FAMILIES = (("a", 0, 2), ("b", 2, 5))
Rows = list[tuple[str, NDArray[np.float32]]]


def some_rows(count: int, first: float = 0) -> Rows:
    return [(f"{i}.jpg", np.full(5, first + i, np.float32)) for i in range(count)]


def write(folder: Path, rows: Rows, capacity: int = 10, dtype: str = "float32") -> int:
    return write_store(
        folder, rows, capacity=capacity, extractor="x/pad", families=FAMILIES, dtype=dtype
    )


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_what_was_written_is_read(tmp_path: Path, dtype: str) -> None:
    count = write(tmp_path / "new" / "store", some_rows(3), dtype=dtype)

    store = open_store(tmp_path / "new" / "store")

    assert count == 3
    assert store.ids == ("0.jpg", "1.jpg", "2.jpg")
    assert store.extractor == "x/pad"
    assert store.families == FAMILIES
    assert store.matrix.dtype == dtype
    assert store.matrix[:, 4].tolist() == [0, 1, 2]


def test_the_matrix_is_memory_mapped_and_read_only(tmp_path: Path) -> None:
    write(tmp_path, some_rows(3))

    matrix = open_store(tmp_path).matrix

    assert isinstance(matrix, np.memmap)
    assert not matrix.flags.writeable


def test_a_second_write_replaces_the_first_and_leaves_no_file(tmp_path: Path) -> None:
    write(tmp_path, some_rows(3))

    write(tmp_path, some_rows(2, first=7))

    assert open_store(tmp_path).matrix[:, 0].tolist() == [7, 8]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_write_that_fails_midway_keeps_the_old_store(tmp_path: Path) -> None:
    write(tmp_path, some_rows(3))

    def broken() -> Iterator[tuple[str, NDArray[np.float32]]]:
        yield from some_rows(1)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_store(tmp_path, broken(), capacity=5, extractor="y", families=FAMILIES)

    assert open_store(tmp_path).extractor == "x/pad"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "rows",
    [
        [("a", np.zeros(5, np.float32)), ("a", np.zeros(5, np.float32))],
        [("a", np.zeros(4, np.float32))],
        some_rows(11),
    ],
    ids=["repeated id", "wrong width", "too many"],
)
def test_rows_that_do_not_fit_are_refused(tmp_path: Path, rows: Rows) -> None:
    with pytest.raises(ShapeError, match="cannot be stored"):
        write(tmp_path, rows)


@pytest.mark.parametrize(
    "change",
    [{"format": 2}, {"matrix": "gone.npy"}, {"ids": [str(i) for i in range(99)]}, {"ids": None}],
)
def test_a_damaged_store_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    write(tmp_path, some_rows(3))
    header = tmp_path / "features.json"
    header.write_text(json.dumps(json.loads(header.read_text()) | change))

    with pytest.raises(DataError):
        open_store(tmp_path)


def test_a_missing_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Cannot read"):
        open_store(tmp_path)
