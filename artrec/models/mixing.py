"""How much to believe each of several scores: a conditional logit on what people chose next.

McFadden, "Conditional logit analysis of qualitative choice behavior", 1974: the chance that an item
is chosen out of a set is proportional to exp(w . z). The likelihood is concave, so that its maximum
is found by Newton's method in a few steps, without a grid of weights to search.

Letters used in shapes: E choices, Q sets of items that were not chosen, M items of a set, C scores.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS: Final = 50
_SMALL: Final = 1e-6


def fit_weights(
    chosen: Doubles,
    others: Doubles,
    owners: Ints,
    *,
    counts: Doubles,
    importance: Doubles,
    prior: float,
    l2: float,
) -> Doubles:
    """(C,) weights of the scores.

    Args:
        chosen: (E, C) scores of what was chosen.
        others: (Q, M, C) scores of a sample of what was not.
        owners: (E,) which set a choice was made against.
        counts: (Q,) items a set stands for; M of them were sampled.
        importance: (E,) weight of each choice.
        prior: Weight that each score has before anything is learned.
        l2: Ridge penalty on what differs from that, against the mean over choices.

    Raises:
        ShapeError: Without a choice, or without anything else to choose.
    """
    if not len(chosen) or not others.shape[1]:
        raise ShapeError("Weights are learned from choices against other items; there are none.")
    share = importance / importance.sum()
    offsets = np.log(counts / others.shape[1])
    weights = np.full(chosen.shape[1], prior)
    value, gradient, hessian = _likelihood(
        weights, chosen, others, owners, offsets, share, prior, l2
    )
    for _ in range(_STEPS):
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while True:
            tried = weights + length * step
            found = _likelihood(tried, chosen, others, owners, offsets, share, prior, l2)
            if found[0] >= value or length < _SMALL:
                break
            length /= 2
        weights = tried
        value, gradient, hessian = found
        if np.abs(length * step).max() < _SMALL:
            break
    return weights


def _likelihood(
    weights: Doubles,
    chosen: Doubles,
    others: Doubles,
    owners: Ints,
    offsets: Doubles,
    share: Doubles,
    prior: float,
    l2: float,
) -> tuple[float, Doubles, Doubles]:
    """Penalised mean log-likelihood, its gradient, and minus its Hessian."""
    away = weights - prior
    value = -l2 / 2 * float(away @ away)
    gradient = -l2 * away
    hessian = l2 * np.eye(len(weights))
    for row in np.unique(owners):
        mine = np.flatnonzero(owners == row)
        z, own = others[row], chosen[mine] @ weights
        utility = z @ weights + offsets[row]
        top = float(utility.max())
        expo = np.exp(utility - top)
        # Against the larger of the two sides, so that neither exponential overflows and their sum
        # is never 0.
        peak = np.maximum(own, top)
        here, there = np.exp(own - peak), np.exp(top - peak)
        whole = there * expo.sum() + here
        here, there = here / whole, there / whole
        mean = there[:, None] * (expo @ z) + here[:, None] * chosen[mine]
        value += float(share[mine] @ (own - peak - np.log(whole)))
        gradient += share[mine] @ (chosen[mine] - mean)
        second = (z * expo[:, None]).T @ z * (share[mine] @ there)
        second += (chosen[mine] * (share[mine] * here)[:, None]).T @ chosen[mine]
        hessian += second - (mean * share[mine][:, None]).T @ mean
    return value, gradient, hessian
