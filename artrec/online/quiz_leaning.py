"""What the choices of a quiz have in common that its questions do not explain. NumPy only.

Each question shows n works; somebody who does not care chooses each with chance 1/n. So a trait
that k of the n have is chosen with chance k/n, and over all questions the number of chosen works
with the trait is a sum of independent coins (Poisson's binomial distribution). A trait that was
chosen much oftener than these coins would have it is a leaning; what was merely shown often is not.
That later questions follow from earlier answers changes nothing, since each coin is tossed given
what its question shows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def tail(shares: Sequence[float], count: int) -> float:
    """Probability that at least `count` of coins with these chances of heads show heads."""
    heads = np.ones(1)
    for share in shares:
        heads = np.convolve(heads, (1 - share, share))
    return float(min(1.0, heads[max(count, 0) :].sum()))


def standing_out(chosen: Sequence[float], shown: Sequence[Sequence[float]]) -> float:
    """By how many standard deviations the chosen works have more of a quantity than is due.

    Args:
        chosen: (Q,) the quantity in the work chosen of each question.
        shown: Q times the quantity in all works of the question, the chosen one included.

    0 where the questions leave no room for a difference.
    """
    due = np.array([np.mean(values) for values in shown])
    variance = sum(float(np.var(values)) for values in shown)
    if variance <= 0:
        return 0.0
    return float((np.asarray(chosen) - due).sum() / np.sqrt(variance))
