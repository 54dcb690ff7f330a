"""Ranking by what a quiz tells, and giving way to what is learnt later. NumPy only.

After a quiz a work is ranked by its expected worth, of which `artrec.online.quiz` holds a belief:

    standing = (w . x_i + b_i - mean) / deviation, both over the works that were asked about

w being the mean of the belief. b_i, how loved it is, counts as it did while the answers were read;
a work that was not asked about is taken to be no more loved than the least loved one that was.

A ranking that learns from many likes is poor with few, and the quiz's, of few dimensions, does not
get better with many. So they are mixed by their credibility (Bühlmann, "Experience rating and
credibility", ASTIN Bulletin 5, 1969, https://doi.org/10.1017/S0515036100008023):

    Z = e / (e + HALF),  score = Z learnt + (1 - Z) quiz

e being the evidence, in likes. Nothing switches: a like more moves Z a little.

Letters used in shapes: C candidates, N works asked about, T vector dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.online.quiz import Answer, Doubles, believe, contributions
from artrec.online.quiz_points import Axes

HALF: Final = 10.0
"""Likes after which both rankings count alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """What a quiz makes of a taste."""

    direction: Doubles
    """(T,) by whose product with their vectors works are ranked, all equally loved."""
    parts: Mapping[int, Doubles]
    """(T,) what the choice of each work adds to it, by id."""
    before: Mapping[int, float]
    """How loved the works that were asked about are, by id, in units of the standing."""
    least: float
    """The same for all others."""
    middle: float
    """What is taken away, so that the mean over the works that were asked about is 0."""

    def standing(self, ids: Sequence[int], vectors: NDArray[Any]) -> Doubles:
        """(C,) of works with these vectors (C, T), in deviations from the works asked about."""
        loved = np.array([self.before.get(pk, self.least) for pk in ids])
        return np.asarray(vectors @ self.direction + loved - self.middle)


def guess(
    axes: Axes, points: Doubles, before: Doubles, ids: Sequence[int], answers: Sequence[Answer]
) -> Guess:
    """Return what the answers say.

    Args:
        axes: That made the points.
        points: (N, D) of the works that were asked about.
        before: (N,) what was known of them.
        ids: Theirs.
        answers: In rows of these; no work is chosen twice.

    Raises:
        ShapeError: As `believe` does.
    """
    mean = believe(points, before, answers).mean
    worth = points @ mean + before
    spread = max(float(worth.std()), 1e-9)
    parts = axes.directions(contributions(points, before, answers, mean)) / spread
    chosen = [answer.chosen for answer in answers]
    direction = axes.directions(mean[None])[0] / spread
    return Guess(
        direction=direction,
        parts={ids[row]: part for row, part in zip(chosen, parts, strict=True) if row is not None},
        before=dict(zip(ids, (before / spread).tolist(), strict=True)),
        least=float(before.min() / spread),
        middle=float(worth.mean() / spread + axes.middle @ direction),
    )


def credibility(evidence: float) -> float:
    """Return Z, how much what is learnt counts after so many likes."""
    return evidence / (evidence + HALF)
