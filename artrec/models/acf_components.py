"""Parts of pictures, brought to the working dimension of the attention once, before training.

A conv map is large (49 cells of 2048 numbers are 400 kB a picture) and does not change, so it is
reduced here and never read again: 2048 to 128 dimensions in half precision is a thirty-second.

Letters used in shapes: N items, M parts of a picture, D dimensions of a part, d after reduction.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.models.contract import Content, Floats, Ints
from artrec.models.inputs import Inputs, Scaling, fit_inputs

_FITTED_ON: Final = 65_536  # parts; more hardly move a mean, a scale or a principal direction
_AT_ONCE: Final = 16_384  # parts


def n_parts(content: Content) -> int:
    """M. Raises ShapeError where families of maps differ in it."""
    counts = {rows.shape[1] for rows in content.features.values() if rows.ndim == 3}
    if len(counts) > 1:
        raise ShapeError(
            f"Families of maps must divide a picture into the same parts; they have "
            f"{sorted(counts)}."
        )
    return counts.pop() if counts else 1


def fit_parts(content: Content, scaling: Scaling, *, dim: int) -> Inputs:
    """How a part is reduced, from the parts of the catalogue or of a sample of it.

    Arguments and errors are those of `artrec.models.inputs.fit_inputs`.
    """
    n_items, many = content.n_items or 0, max(1, _FITTED_ON // n_parts(content))
    rows = np.arange(n_items)
    if n_items > many:
        rows = np.sort(np.random.default_rng(0).choice(n_items, many, replace=False))
    return fit_inputs(_as_items(content, rows), scaling, dim=dim)


def reduce_parts(content: Content, inputs: Inputs, *, half: bool = False) -> NDArray[Any]:
    """(N, M, d) reduced parts, float32, or float16 with `half`. Raises ShapeError for other D."""
    n_items, parts = content.n_items or 0, n_parts(content)
    reduced = np.empty((n_items, parts, inputs.dim), dtype=np.float16 if half else np.float32)
    step = max(1, _AT_ONCE // parts)
    for start in range(0, n_items, step):
        rows = np.arange(start, min(start + step, n_items))
        reduced[rows] = inputs.apply(_as_items(content, rows)).reshape(len(rows), parts, -1)
    return reduced


def pooled(parts: NDArray[Any]) -> Floats:
    """(N, d) mean over the parts of each picture."""
    mean: Floats = parts.mean(axis=1, dtype=np.float32)
    return mean


def _as_items(content: Content, rows: Ints) -> Content:
    """The parts of some items as if each were an item, (n * M, D); a family without parts says the
    same of all parts of a picture."""
    parts = n_parts(content)
    features = {}
    for name, values in content.features.items():
        some = values[rows]
        if some.ndim == 2:
            some = np.repeat(some, parts, axis=0)
        features[name] = some.reshape(len(rows) * parts, -1)
    return Content(features)
