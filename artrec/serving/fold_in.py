"""A vector for a visitor whom a factor model never saw, from the works they chose. NumPy only.

Models such as BPR-MF and VBPR learn one vector per user of the training. Somebody else gets theirs
by folding in: the items stay as they are, and the user's vector alone is fitted to the profile by
the criterion of the training. For one user that is a convex problem in few dimensions:

    min over w   mean over chosen i and references j of ln(1 + exp(s_j - s_i)) + l2 / 2 |w|²
    s_i = w . v_i + b_i

References are some items of the catalogue that stand for all of it. A Newton step needs the Hessian

    sum over pairs of weights W_ij (v_i - v_j)(v_i - v_j)',   W_ij = sigma'(s_i - s_j)

whose L x M products cost more than all else, so W is taken as the product of its row and column
sums, and the spread of the references as the same wherever one looks. Then it is, V the sum of W,

    V (covariance of the chosen, weighted + covariance of the references + d d'),

d the distance of their weighted means. The gradient is exact, so the minimum is too, and the steps
are mostly as few. Where they are not, as with very little penalty, the exact Hessian takes over. A
step that goes too far is halved.

Letters used in shapes: B profiles, L entries of all profiles, M references, T dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

STEPS: Final = 40
"""At most; a handful is the rule."""
_CHEAP: Final = 5  # so many of them may be with the simplified Hessian
_ENOUGH: Final = 3e-5  # square of the last step, as a share of that of the vector
_FAR: Final = 40.0  # further from the middle of all scores, an exponential may leave float32
_EXACT: Final = 8  # profiles up to this long are fitted again without each of their works
_TINY: Final = np.float32(1e-30)


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """The items that profiles are compared with, and what all steps need of them."""

    factors: Floats
    """(M, T - 1)"""
    biases: Floats
    """(M,)"""
    covariance: Floats
    """(T - 1, T - 1) of the factors."""

    @classmethod
    def of(cls, vectors: Floats) -> References:
        """From (M, T) item vectors, bias last. Raises ShapeError if there is none."""
        if vectors.ndim != 2 or not vectors.size:
            raise ShapeError(f"References must be (M, T) item vectors; they are {vectors.shape}.")
        factors = np.ascontiguousarray(vectors[:, :-1], dtype=np.float32)
        centred = factors - factors.mean(axis=0)
        covariance = centred.T @ centred / np.float32(len(factors))
        return cls(factors, np.array(vectors[:, -1], dtype=np.float32), covariance)


class _Slopes(NamedTuple):
    """How the loss of each chosen item i changes with the scores, at one user vector."""

    chosen: Floats
    """(L,) sum over references of sigma(s_j - s_i)."""
    references: Floats
    """(M,) the same, summed over the chosen."""
    chosen_weight: Floats
    """(L,) sum over references of W_ij."""
    references_weight: Floats
    """(M,) the same, summed over the chosen."""


def user_vectors(vectors: Floats, indptr: Ints, references: References, *, l2: float) -> Floats:
    """(B, T) user vectors of profiles; the last coordinate is 1 and meets the items' bias.

    An empty profile gets zeros and a 1, so that its scores are the biases.

    Args:
        vectors: (L, T) item vectors, bias last, of the chosen items, profile after profile.
        indptr: (B + 1,) start of each profile.
        references: The items compared with.
        l2: Weight of half the squared norm, above 0.

    Raises:
        ShapeError: If the dimensions differ or l2 is not above 0.
    """
    dim = references.factors.shape[1]
    if vectors.shape[1:] != (dim + 1,):
        raise ShapeError(
            f"Item vectors {vectors.shape} do not fit references of {dim + 1} dimensions."
        )
    if not l2 > 0:
        raise ShapeError(f"l2 must be above 0, or the vector may have no bound; it is {l2}.")
    lengths = np.diff(indptr)
    result = np.zeros((len(lengths), dim + 1), dtype=np.float32)
    result[:, -1] = 1
    for row in np.flatnonzero(lengths):
        result[row, :-1] = _minimum(vectors[indptr[row] : indptr[row + 1]], references, l2)
    return result


def left_out(vectors: Floats, references: References, *, l2: float) -> Floats:
    """(P, T) user vectors of one profile of item vectors (P, T), P at least 2, without each.

    Longer profiles are not fitted again: where the objective has its minimum, leaving an item out
    moves the minimum by a Newton step (Koh & Liang, "Understanding black-box predictions via
    influence functions", ICML 2017, https://arxiv.org/abs/1703.04730), which is the closer to the
    truth the less one item counts.

    Raises ShapeError as `user_vectors` does.
    """
    count = len(vectors)
    if count <= _EXACT:
        rest = [np.delete(vectors, row, axis=0) for row in range(count)]
        edges = np.arange(count + 1) * (count - 1)
        return user_vectors(np.concatenate(rest), edges, references, l2=l2)
    best = user_vectors(vectors, np.array([0, count]), references, l2=l2)[0]
    at, items, biases = best[:-1], np.ascontiguousarray(vectors[:, :-1]), vectors[:, -1]
    others = references.factors
    scratch = np.empty((count, len(others)), dtype=np.float32)
    wrong = _wrong(at, items, biases, references, scratch)
    pulls = (wrong @ others - wrong.sum(axis=1)[:, None] * items) / np.float32(len(others))
    curve = _exact_hessian(items, references, wrong, l2)
    moved = np.linalg.solve(curve, (pulls + np.float32(l2) * at).T).T / np.float32(count - 1)
    result = np.repeat(best[None], count, axis=0)
    result[:, :-1] += moved
    return result


def _slopes(
    at: Floats, items: Floats, biases: Floats, references: References, scratch: Floats
) -> _Slopes:
    """First and second derivatives by the scores at `at` (T - 1,), summed either way."""
    wrong = _wrong(at, items, biases, references, scratch)
    each, every = (np.ones(count, dtype=np.float32) for count in wrong.shape)
    chosen, others = wrong @ every, each @ wrong
    np.square(wrong, out=wrong)  # the weight of a pair is p - p²; rounding may not make it negative
    chosen_weight = np.maximum(chosen - wrong @ every, 0)
    return _Slopes(chosen, others, chosen_weight, np.maximum(others - each @ wrong, 0))


def _wrong(
    at: Floats, items: Floats, biases: Floats, references: References, scratch: Floats
) -> Floats:
    """(L, M) sigma(s_j - s_i), how probably the wrong one of a pair would be chosen.

    Written to `scratch`, since new memory of this size costs as much as the numbers.
    """
    scores = items @ at + biases
    others = references.factors @ at + references.biases
    middle = (scores.mean() + others.mean()) / 2
    # exp(s_i - s_j) as a product needs L + M exponentials instead of L x M.
    over = np.exp(np.clip(scores - middle, -_FAR, _FAR))
    under = np.exp(np.clip(middle - others, -_FAR, _FAR))
    np.multiply.outer(over, under, out=scratch)
    np.add(scratch, np.float32(1), out=scratch)
    return np.reciprocal(scratch, out=scratch)


def _hessian(items: Floats, references: References, found: _Slopes, l2: float) -> Floats:
    """(T - 1, T - 1) of the objective, simplified as said above."""
    pairs = len(items) * len(references.factors)
    total = max(found.chosen_weight.sum(), _TINY)
    mean = found.chosen_weight @ items / total
    apart = mean - found.references_weight @ references.factors / total
    spread: Floats = (items - mean) * np.sqrt(found.chosen_weight / total)[:, None]
    result: Floats = spread.T @ spread
    result += references.covariance
    result += np.multiply.outer(apart, apart)
    result *= total / np.float32(pairs)
    result.flat[:: len(result) + 1] += np.float32(l2)
    return result


def _exact_hessian(items: Floats, references: References, wrong: Floats, l2: float) -> Floats:
    """(T - 1, T - 1) of the objective, pair by pair."""
    others = references.factors
    weights: Floats = wrong - wrong * wrong
    cross: Floats = items.T @ (weights @ others)
    result: Floats = items.T @ (items * weights.sum(axis=1)[:, None])
    result += others.T @ (others * weights.sum(axis=0)[:, None]) - cross - cross.T
    result /= np.float32(weights.size)
    result.flat[:: len(result) + 1] += np.float32(l2)
    return result


def _minimum(chosen: Floats, references: References, l2: float) -> Floats:
    """(T - 1,) the minimiser for one profile (L, T)."""
    items, biases = np.ascontiguousarray(chosen[:, :-1]), chosen[:, -1]
    pairs = np.float32(len(items) * len(references.factors))
    at: Floats = np.zeros(items.shape[1], dtype=np.float32)
    step: Floats = at
    gain = np.inf
    scratch = np.empty((len(items), len(references.factors)), dtype=np.float32)
    for count in range(STEPS):
        found = _slopes(at, items, biases, references, scratch)
        down = (found.chosen @ items - found.references @ references.factors) / pairs
        gradient = np.float32(l2) * at - down
        if gradient @ step < -gain / 2:  # uphill again by half of what it went down
            step, gain = np.float32(0.5) * step, gain / 2
            at = at + step
            continue
        if count < _CHEAP:
            curve = _hessian(items, references, found, l2)
        else:
            wrong = _wrong(at, items, biases, references, scratch)
            curve = _exact_hessian(items, references, wrong, l2)
        step = np.linalg.solve(curve, gradient).astype(np.float32)
        gain = float(gradient @ step)
        at = at - step
        if step @ step < _ENOUGH * (at @ at):
            break
    return at
