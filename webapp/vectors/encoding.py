"""Between NumPy and halfvec: checks, text for queries, bytes for everything bulky."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

HALF_MAX = float(np.finfo(np.float16).max)


def check_rows(
    values: NDArray[Any], *, rows: int | None, dim: int | None, what: str
) -> NDArray[np.float16]:
    """Return `values` as (N, D) half floats.

    Raises:
        ShapeError: If the shape is not (`rows`, `dim`) (None: any), or a row is not finite or
            all zeros as half floats; those have no direction to compare.
    """
    values = np.asarray(values)
    wanted = f"({'N' if rows is None else rows}, {'D' if dim is None else dim})"
    fits = values.ndim == 2 and values.shape[1] > 0
    fits = fits and rows in (None, values.shape[0]) and dim in (None, values.shape[1])
    if not fits:
        raise ShapeError(f"{what} must have the shape {wanted}, got {values.shape}.")
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    finite = np.isfinite(half).sum(axis=1) == half.shape[1]
    _require(finite, f"{what} must hold finite numbers within ±{HALF_MAX:.0f}")
    _require(half.any(axis=1), f"{what} must differ from all zeros")
    return half


def to_text(row: NDArray[np.float16]) -> str:
    """Write one vector as pgvector reads it; five digits carry a half float exactly."""
    return f"[{','.join(map('%.5g'.__mod__, row.tolist()))}]"


def from_binary(rows: Iterable[bytes], dim: int) -> NDArray[np.float32]:
    """Read what `halfvec_send` made of vectors of `dim` dimensions: (n, dim) float32.

    Each is two 16-bit words of header and the big-endian halves; no number is parsed from text.
    """
    words = np.frombuffer(b"".join(rows), dtype=">f2").reshape(-1, dim + 2)
    return words[:, 2:].astype(np.float32)


def copy_buffer(ids: NDArray[np.int64], half: NDArray[np.float16]) -> bytes:
    """Return PostgreSQL's binary COPY data of the columns (bigint, halfvec).

    All rows have the same length, so the whole buffer is one structured array.
    """
    count, dim = half.shape
    row = np.dtype(
        [
            ("fields", ">i2"),
            ("id_bytes", ">i4"),
            ("id", ">i8"),
            ("vector_bytes", ">i4"),
            ("dim", ">i2"),
            ("unused", ">i2"),
            ("values", ">f2", (dim,)),
        ]
    )
    rows = np.zeros(count, dtype=row)
    rows["fields"], rows["id_bytes"], rows["vector_bytes"] = 2, 8, 4 + 2 * dim
    rows["id"], rows["dim"], rows["values"] = ids, dim, half
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def _require(good: Any, rule: str) -> None:
    if not np.all(good):
        raise ShapeError(f"{rule}; row {int(np.argmin(good))} does not.")
