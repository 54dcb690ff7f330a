"""The tutorial's embedding files: a pickled object array (n, 2) of file name (or id) and vector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.data.report import Collector, ReadReport
from artrec.data.safe_pickle import load_object_array
from artrec.errors import DataError


def read_embeddings(
    path: Path, *, strict: bool = False
) -> tuple[tuple[str, ...], NDArray[np.float32], ReadReport]:
    """Ids (the stem of each file name), vectors (n, ...) float32 and what was damaged.

    As in the tutorial, the first of two rows with one id wins and rows keep their order; unlike
    there, the second is reported. Shape and finiteness are checked against the first good row.
    """
    table = load_object_array(path)
    if table.ndim != 2 or table.shape[1] != 2:
        raise DataError(f"{path}: expected two columns, id and vector; shape is {table.shape}.")
    problems = Collector(strict=strict)
    found: dict[str, NDArray[np.float32]] = {}
    shape: tuple[int, ...] | None = None
    for number, (name, values) in enumerate(table, start=1):
        problems.rows_read += 1
        key = _key(name)
        vector = _vector(values)
        if not key:
            problems.damaged(path, number, "id", f"{name!r} is not a file name or id.")
        elif vector is None or (shape is not None and vector.shape != shape):
            expected = "numbers" if shape is None else f"finite numbers of shape {shape}"
            problems.damaged(path, number, "vector", f"the vector of {key} is not {expected}.")
        elif key in found:
            problems.damaged(path, number, "id", f"{key} was there before; the first row is kept.")
        else:
            shape = vector.shape
            found[key] = vector
    report = problems.finish(path)
    return tuple(found), np.stack(list(found.values())), report


def _key(name: Any) -> str:
    if isinstance(name, bytes):
        name = name.decode("utf-8", "replace")
    if not isinstance(name, str | int | np.integer):
        return ""
    return Path(str(name)).stem


def _vector(values: Any) -> NDArray[np.float32] | None:
    try:
        vector = np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError):
        return None
    return vector if vector.ndim and vector.size and np.isfinite(vector).all() else None
