"""The user factor of implicit ALS for a web request. NumPy only.

Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008,
https://doi.org/10.1109/ICDM.2008.22. `artrec.models.als` fits the items.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def fold_in(rows: Floats, gram: NDArray[np.float64], *, alpha: float, l2: float) -> Floats:
    """The factor of somebody who chose the items of `rows`, the items staying as they are.

    It solves (gram + alpha Σ y yᵀ + l2 I) x = (1 + alpha) Σ y over the rows y, in O(P T² + T³).

    Args:
        rows: (P, T) factors of the chosen items.
        gram: (T, T) Σ y yᵀ over all items of the catalogue.
        alpha: Confidence of a choice beyond that of its absence.
        l2: Ridge penalty, above 0.

    Returns:
        (T,) float32; zeros for an empty profile.
    """
    wide = rows.astype(np.float64)
    left = gram + alpha * (wide.T @ wide) + l2 * np.eye(len(gram))
    factor: Floats = np.linalg.solve(left, (1 + alpha) * wide.sum(axis=0)).astype(np.float32)
    return factor


def left_out(rows: Floats, gram: NDArray[np.float64], *, alpha: float, l2: float) -> Floats:
    """(P, T) the factor of the same somebody without each of the rows, as `fold_in` gives it.

    One inverse serves all, by the formula of Sherman & Morrison for a matrix less alpha y yᵀ.
    """
    wide = rows.astype(np.float64)
    left = gram + alpha * (wide.T @ wide) + l2 * np.eye(len(gram))
    solved = np.linalg.solve(left, wide.T).T  # (P, T)
    rest = (1 + alpha) * (solved.sum(axis=0) - solved)
    own = np.einsum("pt,pt->p", wide, solved)
    back = alpha * np.einsum("pt,pt->p", wide, rest) / (1 - alpha * own)
    factors: Floats = (rest + back[:, None] * solved).astype(np.float32)
    return factors
