"""A vector for a visitor whom a factor model never saw, from the works they chose. NumPy only.

Models such as BPR-MF and VBPR learn one vector per user of the training. Somebody else gets theirs
by folding in: the items stay as they are, and the user's vector alone is fitted to the profile by
the criterion of the training. For one user that is a convex problem in few dimensions:

    min over w   mean over chosen i and references j of ln(1 + exp(s_j - s_i)) + l2 / 2 |w|²
    s_i = w . v_i + b_i

References are some items of the catalogue that stand for all of it. Newton's method needs a handful
of steps; one that goes too far is halved.

Letters used in shapes: B profiles, L entries of all profiles, M references, T dimensions.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS: Final = 25
"""At most; a handful is the rule."""
_ENOUGH: Final = 1e-6  # the last step is one expected to lower the objective by half of this


def user_vectors(vectors: Floats, indptr: Ints, references: Floats, *, l2: float) -> Floats:
    """(B, T) user vectors of profiles; the last coordinate is 1 and meets the items' bias.

    An empty profile gets zeros and a 1, so that its scores are the biases.

    Args:
        vectors: (L, T) item vectors, bias last, of the chosen items, profile after profile.
        indptr: (B + 1,) start of each profile.
        references: (M, T) item vectors, bias last, of the items compared with.
        l2: Weight of half the squared norm, above 0.

    Raises:
        ShapeError: If the dimensions differ, there is no reference, or l2 is not above 0.
    """
    if vectors.shape[1:] != references.shape[1:] or not len(references):
        raise ShapeError(
            f"Item vectors {vectors.shape} do not fit the references {references.shape}."
        )
    if not l2 > 0:
        raise ShapeError(f"l2 must be above 0, or the vector may have no bound; it is {l2}.")
    lengths = np.diff(indptr)
    result = np.zeros((len(lengths), references.shape[1]), dtype=np.float32)
    result[:, -1] = 1
    for row in np.flatnonzero(lengths):
        result[row, :-1] = _minimum(vectors[indptr[row] : indptr[row + 1]], references, l2)
    return result


def _minimum(chosen: Floats, references: Floats, l2: float) -> Doubles:
    """(T - 1,) the minimiser for one profile (L, T)."""
    items, others = chosen[:, :-1], references[:, :-1]
    ridge = l2 * np.eye(items.shape[1])
    best = at = np.zeros(items.shape[1])
    lowest = np.inf
    for _ in range(STEPS):
        w = at.astype(np.float32)
        # Single precision: there are L x M pairs, and exponentials of them are most of the work.
        gap = (items @ w + chosen[:, -1])[:, None] - (others @ w + references[:, -1])
        small = np.exp(-np.abs(gap))
        loss = np.log(1 + small) - np.minimum(gap, 0)
        value = float(loss.mean(dtype=np.float64)) + l2 / 2 * float(at @ at)
        if value > lowest:
            at = (at + best) / 2
            continue
        best, lowest = at, value
        share = 1 / ((1 + small) * gap.size)
        wrong = np.where(gap > 0, small, 1) * share
        gradient = l2 * at - wrong.sum(axis=1) @ items + wrong.sum(axis=0) @ others
        weight = small * share / (1 + small)
        cross = items.T @ (weight @ others)
        hessian = (
            (items.T * weight.sum(axis=1)) @ items + (others.T * weight.sum(axis=0)) @ others
        ) - (cross + cross.T)
        step = np.linalg.solve(hessian + ridge, gradient)
        at = at - step
        if gradient @ step < _ENOUGH:
            # Newton's method squares a small error, so this last step needs no check.
            return at
    return best
