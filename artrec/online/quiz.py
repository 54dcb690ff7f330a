"""What a few choices between pictures tell of a taste: a Bayesian model of choice. NumPy only.

A taste is a vector w with prior N(0, I). Work i is worth

    u_i = w . x_i + b_i

to it, x_i being the work's point (`artrec.online.quiz_points`) and b_i what is known of it before
any choice, such as how many love it. Of a question's works S, or none of them, somebody chooses by
the multinomial logit (McFadden, "Conditional logit analysis of qualitative choice behavior", in:
Frontiers in econometrics, 1974):

    P(i | S, w) = exp(u_i) / (exp(NONE) + Σ over j in S of exp(u_j))

The posterior is Laplace's approximation at its mode, found anew from all answers by Newton's
method: they are ten at most, and a quiz can take any of them back. A belief over a low-dimensional
space of works that any answer narrows is the cold start of Christakopoulou, Radlinski & Hofmann,
"Towards conversational recommender systems", KDD 2016, https://doi.org/10.1145/2939672.2939746,
with choices in place of ratings.

Letters used in shapes: N works, D dimensions, n works of a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

NONE: Final = 0.5
"""What "none of these" is worth: a little more than an average work."""
STEPS: Final = 50
"""Most steps of Newton's method; a handful do."""
CLOSE: Final = 1e-8
"""The largest part of the gradient at which the mode is found."""

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody chose of a question."""

    shown: tuple[int, ...]
    """Rows of the works, at least one, none twice."""
    chosen: int | None
    """One of these rows; None for "none of these"."""


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What is known of a taste: w is N(mean, factor factorᵀ)."""

    mean: Doubles
    """(D,)"""
    factor: Doubles
    """(D, D) lower or upper triangular."""

    def draws(self, count: int, seed: Sequence[int]) -> Doubles:
        """(count, D) tastes that this belief holds possible; the same seed, the same draws.

        Drawn in pairs, one on either side of the mean, which makes sums over them steadier.
        """
        half = np.random.default_rng(list(seed)).standard_normal((-(-count // 2), len(self.mean)))
        steps = np.concatenate((half, -half))[:count]
        return np.asarray(self.mean + steps @ self.factor.T)


def believe(points: Doubles, before: Doubles, answers: Sequence[Answer]) -> Belief:
    """Return the belief after `answers`, in any order.

    Args:
        points: (N, D) of the works, finite.
        before: (N,) b.
        answers: Empty for the prior.

    Raises:
        ShapeError: If points and `before` do not fit, or an answer names a row that is not there,
            one twice, or chooses what it did not show.
    """
    if points.ndim != 2 or before.shape != points.shape[:1]:
        raise ShapeError(f"Points {points.shape} and what is known before {before.shape} differ.")
    questions = [_question(points, before, answer) for answer in answers]
    mean = np.zeros(points.shape[1])
    value, gradient, precision = _slopes(mean, questions)
    for _ in range(STEPS):
        if np.abs(gradient).max(initial=0.0) < CLOSE:
            break
        step = np.linalg.solve(precision, gradient)
        length = 1.0
        # The loss is convex, so a step that is short enough always helps.
        while length > CLOSE:
            tried = _slopes(mean - length * step, questions)
            if tried[0] <= value:
                break
            length /= 2
        mean = mean - length * step
        value, gradient, precision = tried
    # precision = L Lᵀ, so the covariance is L⁻ᵀ L⁻¹.
    lower = np.linalg.cholesky(precision)
    return Belief(mean, np.linalg.inv(lower).T)


def contributions(
    points: Doubles, before: Doubles, answers: Sequence[Answer], mean: Doubles
) -> Doubles:
    """(A, D) what each of the answers adds to the mean of the belief after them; their sum is it.

    At the mode the gradient of the log posterior is zero, so the mean is the sum over questions of
    the point chosen less the point expected by that belief: the same shares as a score has in the
    representer theorem (Schölkopf, Herbrich & Smola, "A generalized representer theorem", COLT
    2001, https://doi.org/10.1007/3-540-44581-1_27).
    """
    parts = [np.zeros((0, len(mean)))]
    for answer in answers:
        each = _question(points, before, answer)
        chance = _shares(each.points @ mean + each.before)
        parts.append((each.points[each.chosen] - chance @ each.points)[None])
    return np.concatenate(parts)


def chances(worth: Doubles) -> Doubles:
    """(..., n + 1) probabilities of choosing each work of worth (..., n) and, last, none."""
    outside = np.full((*worth.shape[:-1], 1), NONE)
    every = np.concatenate((worth, outside), axis=-1)
    return _shares(every)


def _shares(worth: Doubles) -> Doubles:
    powers = np.exp(worth - worth.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    points: Doubles
    """(n + 1, D), the last row, of zeros, for none."""
    before: Doubles
    """(n + 1,)"""
    chosen: int


def _question(points: Doubles, before: Doubles, answer: Answer) -> _Question:
    rows = np.asarray(answer.shown, dtype=np.int64)
    if not len(rows) or len(set(answer.shown)) < len(rows):
        raise ShapeError(f"A question shows at least one work and none twice: {answer.shown}.")
    if rows.min() < 0 or rows.max() >= len(points):
        raise ShapeError(f"A question shows {answer.shown}; there are {len(points)} works.")
    if answer.chosen is not None and answer.chosen not in answer.shown:
        raise ShapeError(f"{answer.chosen} was chosen, but {answer.shown} were shown.")
    chosen = len(rows) if answer.chosen is None else answer.shown.index(answer.chosen)
    nothing = np.zeros((1, points.shape[1]))
    return _Question(np.concatenate((points[rows], nothing)), np.append(before[rows], NONE), chosen)


def _slopes(taste: Doubles, questions: Sequence[_Question]) -> tuple[float, Doubles, Doubles]:
    """The negative log posterior at a taste, up to a constant, its gradient and its Hessian."""
    value, gradient = 0.5 * float(taste @ taste), taste.copy()
    precision = np.eye(len(taste))
    for each in questions:
        worth = each.points @ taste + each.before
        largest = worth.max()
        powers = np.exp(worth - largest)
        chance = powers / powers.sum()
        value += float(largest + np.log(powers.sum()) - worth[each.chosen])
        middle = chance @ each.points
        gradient += middle - each.points[each.chosen]
        spread = each.points - middle
        precision += (spread * chance[:, None]).T @ spread
    return value, gradient, precision
