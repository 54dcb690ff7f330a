"""Words as a query in a look space. NumPy only.

A network that reads words gives a text and pictures comparable raw rows, but a space holds
transformed ones. Words must not be transformed as if they were pictures: the mean of texts is far
from that of pictures (the "modality gap", https://arxiv.org/abs/2203.02053). Instead the query is
chosen so that its inner product with the stored vectors orders them as the text orders the raw
rows, counted from the mean of the pictures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.serving.transform import Transform


def words_query(transform: Transform, text: NDArray[Any]) -> NDArray[np.float32]:
    """Return the query (T,) of length one that stands for a text (D,) in a transformed space.

    With z = ((x - m) · s) C / |…| the stored vector of a picture x, and t the text, the query q has
    z · q proportional to (x - m) · t, up to each picture's own length and what the C main
    directions leave out; q solves C q = t / s by least squares.

    Raises:
        ShapeError: If the text is not (D,), not finite, or says nothing in this space.
    """
    if text.shape != (transform.input_dim,) or not np.isfinite(text).all():
        raise ShapeError(
            f"Expected a finite text of shape ({transform.input_dim},), got {text.shape}."
        )
    scale = transform.scale.astype(np.float64)
    query = np.where(scale > 0, text / np.where(scale > 0, scale, 1), 0)
    if transform.components is not None:
        query = np.linalg.lstsq(transform.components.astype(np.float64), query, rcond=None)[0]
    length = float(np.linalg.norm(query))
    if not length:
        raise ShapeError("The text points nowhere in this space.")
    return (query / length).astype(np.float32)
