"""Nearest neighbours among the works of a collection, exactly, and what they are sought in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Progress = Callable[[float], None]
"""Told the share done, 0 ... 1, now and then; whatever it raises ends the work."""

_CELLS: Final = 2**22  # distances held at once: 16 MB, which a processor's cache has room for


def checked(vectors: NDArray[np.floating]) -> Floats:
    """Vectors (N, D) as float32. Raises ShapeError for other shapes and values not finite."""
    if vectors.ndim != 2 or 0 in vectors.shape:
        raise ShapeError(f"A map needs one vector for each work; got {vectors.shape}.")
    rows = np.asarray(vectors, dtype=np.float32)
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise ShapeError(
            f"The vector of work number {int(np.argmin(finite))} holds values that are not finite; "
            f"leave the work out or compute its features again."
        )
    return rows


def principal_axes(vectors: Floats, dims: int) -> tuple[Floats, Floats]:
    """Mean (D,) and the first min(dims, N, D) principal axes (d, D) of vectors (N, D)."""
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = vectors - mean
    _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    axes = axes[:, ::-1].T[: min(dims, *vectors.shape)]
    # An axis has no direction of its own; the largest entry decides, the same each time.
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return mean, np.asarray(axes * np.where(largest < 0, -1, 1), dtype=np.float32)


def nearest(
    vectors: Floats, k: int, *, queries: Floats | None = None, on_progress: Progress | None = None
) -> tuple[Ints, Floats]:
    """The k nearest rows of vectors (N, d), by Euclidean distance, the nearest first.

    Args:
        vectors: (N, d) what is looked among.
        k: 1 ... N, or 1 ... N - 1 without queries.
        queries: (M, d) what is looked for; the rows themselves if missing, which then are no
            neighbours of themselves.
        on_progress: Told after each block.

    Returns:
        Rows (M, k) and distances (M, k). Exact: M N d operations.
    """
    own = queries is None
    asked = vectors if queries is None else queries
    rows = np.empty((len(asked), k), dtype=np.int64)
    distances = np.empty((len(asked), k), dtype=np.float32)
    squares = np.einsum("ij,ij->i", vectors, vectors)
    step = max(1, _CELLS // len(vectors))
    for start in range(0, len(asked), step):
        block = asked[start : start + step]
        apart = (-2 * block) @ vectors.T
        apart += squares  # squared distance, less the query's own square
        here = np.arange(len(block))
        if own:
            apart[here, start + here] = np.inf
        found = np.argpartition(apart, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(apart, found, axis=1), axis=1, kind="stable")
        found = np.take_along_axis(found, order, axis=1)
        rows[start : start + step] = found
        own_squares = np.einsum("ij,ij->i", block, block)
        gaps = np.take_along_axis(apart, found, axis=1) + own_squares[:, None]
        distances[start : start + step] = np.sqrt(np.maximum(gaps, 0))
        if on_progress:
            on_progress(min(1.0, (start + len(block)) / len(asked)))
    return rows, distances
