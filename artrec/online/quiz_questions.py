"""The question that tells most about a taste. NumPy only.

The next question is the set of works whose answer has the largest mutual information with the
taste: how unsure the answer is, less how unsure it would be if the taste were known (Houlsby et
al., "Bayesian active learning for classification and preference learning", 2011,
https://arxiv.org/abs/1112.5745):

    I(answer; w) = H(E_w P(. | S, w)) - E_w H(P(. | S, w))

The expectations are means over draws of the belief. As in Sepliarskaia et al., "Preference
elicitation as an optimization problem", RecSys 2018, https://doi.org/10.1145/3240323.3240352, all
of a question is chosen for what it tells together, not work by work. They solve for a fixed
questionnaire; here every answer changes the next question, which is grown greedily: the best pair,
then the work that adds most.

Only works that some draw of the belief likes best of all are asked about. At first draws differ and
so do these works; later they gather where the taste lies, so that what is chosen there is loved and
not merely the lesser evil.

Letters used in shapes: N works, S draws, K candidates, n works of a question.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.online.quiz import NONE, Belief, Doubles, Ints

MOST: Final = 10
"""Questions of a quiz."""
LEAST: Final = 6
"""Questions before it may end early."""
SIZE: Final = 4
"""Works of a question; fewer where there are not so many artists."""
LITTLE: Final = 0.4
"""Bits below which an answer would tell little; the first of a quiz tells about one."""
DRAWS: Final = 64
"""S."""
CANDIDATES: Final = 32
"""K, at most; pairs grow with its square."""
PER_HAND: Final = 2
"""Most candidates of one artist."""


@dataclass(frozen=True, slots=True)
class Question:
    """Works to choose between."""

    works: tuple[int, ...]
    """Rows."""
    information: float
    """What its answer is expected to tell of the taste, in bits."""


def next_question(
    belief: Belief,
    points: Doubles,
    before: Doubles,
    hands: Ints,
    *,
    size: int,
    seed: Sequence[int],
    exclude: Collection[int] = (),
) -> Question | None:
    """Return the question that tells most; None where not two works by different hands are left.

    Args:
        belief: So far.
        points: (N, D)
        before: (N,) b.
        hands: (N,) artist of each work; a question has no two works by one.
        size: Most works of the question, at least 2. Fewer where there are not so many hands.
        seed: Of the draws; the same gives the same question.
        exclude: Rows not to ask about.
    """
    if size < 2:
        raise ValueError(f"A question has at least 2 works; size is {size}.")
    tastes = belief.draws(DRAWS, seed)
    worth = points @ tastes.T + before[:, None]  # (N, S)
    rows = _candidates(worth, hands, exclude)
    if len(set(hands[rows].tolist())) < 2:
        return None
    powers = np.exp(np.minimum(worth[rows], 50.0))
    other = hands[rows][:, None] != hands[rows]
    first, second = np.nonzero(np.triu(other))
    gains = information(np.stack((powers[first], powers[second]), axis=-1))
    best = int(gains.argmax())
    picked, gain = [int(first[best]), int(second[best])], float(gains[best])
    while len(picked) < size:
        free = np.flatnonzero(other[picked].all(axis=0))
        if not len(free):
            break
        known = np.broadcast_to(powers[picked].T, (len(free), powers.shape[1], len(picked)))
        gains = information(np.concatenate((known, powers[free][..., None]), axis=-1))
        best = int(gains.argmax())
        picked.append(int(free[best]))
        gain = float(gains[best])
    order = np.random.default_rng([*seed, 1]).permutation(len(picked))
    return Question(tuple(int(rows[picked[place]]) for place in order), gain)


def information(powers: Doubles) -> Doubles:
    """(...,) bits that the answer tells of the taste.

    Args:
        powers: (..., S, n) exp of what each work of the question is worth to each draw.
    """
    outside = np.full((*powers.shape[:-1], 1), np.exp(NONE))
    every = np.concatenate((powers, outside), axis=-1)
    chance = every / every.sum(axis=-1, keepdims=True)
    return np.asarray(_entropy(chance.mean(axis=-2)) - _entropy(chance).mean(axis=-1))


def _entropy(chance: Doubles) -> Doubles:
    logs = np.log2(np.maximum(chance, 1e-300))
    return np.asarray(-(chance * logs).sum(axis=-1))


def _candidates(worth: Doubles, hands: Ints, exclude: Collection[int]) -> NDArray[np.int64]:
    """(K,) rows that the draws like best, in turn over the draws: first choices, then second."""
    left = worth.copy()
    left[list(exclude)] = -np.inf
    depth = min(len(left), 6)
    best = np.argpartition(-left, depth - 1, axis=0)[:depth]  # (depth, S)
    best = np.take_along_axis(best, np.argsort(-np.take_along_axis(left, best, 0), axis=0), axis=0)
    kept: dict[int, None] = {}
    by_hand: dict[int, int] = {}
    for row in best.ravel().tolist():
        hand = int(hands[row])
        if row in kept or left[row, 0] == -np.inf or by_hand.get(hand, 0) >= PER_HAND:
            continue
        kept[row] = None
        by_hand[hand] = by_hand.get(hand, 0) + 1
        if len(kept) == CANDIDATES:
            break
    return np.array(list(kept), dtype=np.int64)


def tells_enough(question: Question | None, answered: int) -> bool:
    """Whether to ask `question` after so many answers, or to end."""
    if question is None or answered >= MOST:
        return False
    return answered < LEAST or question.information >= LITTLE
