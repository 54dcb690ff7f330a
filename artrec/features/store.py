"""Feature matrices on disk: one memory-mapped .npy and a JSON header that names its rows.

The header is replaced last and in one step, so a reader finds the old pair or the new one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import DataError, ShapeError
from artrec.features.extractor import Family

FORMAT: Final = 1
HEADER: Final = "features.json"
_DTYPES: Final = ("float32", "float16")


@dataclass(frozen=True, slots=True, eq=False)
class FeatureStore:
    """An opened store. Rows are read from disk when they are touched."""

    ids: tuple[str, ...]
    """One per row, unique."""
    matrix: NDArray[Any]
    """(N, D) float32 or float16, memory-mapped, read-only."""
    extractor: str
    """Name of the extractor that made it, e.g. "resnet50/pad"."""
    families: tuple[Family, ...]


def write_store(
    folder: Path,
    rows: Iterable[tuple[str, NDArray[Any]]],
    *,
    capacity: int,
    extractor: str,
    families: Sequence[Family],
    dtype: str = "float32",
) -> int:
    """Write rows as they come, without holding them in memory; replaces an older store.

    Args:
        folder: Made if missing.
        rows: Id and (D,) feature, at most `capacity` of them.
        capacity: Disk space is reserved for so many rows (sparsely, where the disk can).
        dtype: "float32", or "float16" for half the space at three digits.

    Returns:
        Number of rows written.

    Raises:
        ShapeError: If an id repeats, a row is not (D,), or there are more than `capacity`.
        ValueError: If `dtype` is neither of the two.
    """
    if dtype not in _DTYPES:
        raise ValueError(f"dtype must be float32 or float16, got {dtype!r}")
    dim = families[-1][2]
    folder.mkdir(parents=True, exist_ok=True)
    name = f"features-{uuid.uuid4().hex[:12]}.npy"
    ids: dict[str, None] = {}
    try:
        matrix = np.lib.format.open_memmap(
            folder / name, mode="w+", dtype=dtype, shape=(max(1, capacity), dim)
        )
        for key, row in rows:
            if key in ids or row.shape != (dim,) or len(ids) == capacity:
                raise ShapeError(
                    f"Row {len(ids)} ({key!r}) cannot be stored: ids must be unique, rows "
                    f"({dim},), and at most {capacity}."
                )
            matrix[len(ids)] = row
            ids[key] = None
        matrix.flush()
        del matrix
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise
    header = {
        "format": FORMAT,
        "matrix": name,
        "extractor": extractor,
        "families": list(families),
        "ids": list(ids),
    }
    partial = folder / f"{HEADER}.{name}.partial"
    partial.write_text(json.dumps(header, ensure_ascii=False), encoding="utf-8")
    partial.replace(folder / HEADER)
    for old in folder.glob("features-*.npy"):
        if old.name != name:
            old.unlink()
    return len(ids)


def open_store(folder: Path) -> FeatureStore:
    """Open what `write_store` wrote.

    Raises:
        DataError: If it is missing, damaged or of another format version.
    """
    try:
        header = json.loads((folder / HEADER).read_text(encoding="utf-8"))
        if header["format"] != FORMAT:
            raise DataError(f"{folder} has format {header['format']}, this code reads {FORMAT}.")
        matrix = np.load(folder / Path(header["matrix"]).name, mmap_mode="r", allow_pickle=False)
        families = tuple((str(n), int(start), int(stop)) for n, start, stop in header["families"])
        ids = tuple(str(key) for key in header["ids"])
        extractor = str(header["extractor"])
    except (OSError, EOFError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"Cannot read the feature store {folder}: {error}") from error
    if matrix.ndim != 2 or len(matrix) < len(ids) or matrix.shape[1] != families[-1][2]:
        raise DataError(f"The feature store {folder} is damaged: ids and matrix do not fit.")
    return FeatureStore(ids, matrix[: len(ids)], extractor, families)
