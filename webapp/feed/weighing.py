"""Queries of a profile whose works count differently, some of them against, by any model's head.

Heads take the rows of chosen works, all alike. How weights and hidden works come in all the same is
that scores are inner products, so queries may be added up:

    query = Σ over levels λ head(works of that level and above) - γ head(hidden works)

A level is a distinct weight w₁ > w₂ > …; with n works at or above it, λ is (wₖ - wₖ₊₁) nₖ, brought
to a sum of 1. For a head that averages, that is exactly the weighted mean; with equal weights it is
the head itself. The last term is Rocchio's ("Relevance feedback in information retrieval", in: The
SMART retrieval system, 1971). Models that make every work a query have each scaled by its weight;
what hidden works take away there is settled at re-ranking.

Letters used in shapes: P works of a profile, S stored columns, Q queries.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.serving import leave_one_out
from artrec.serving.bundle import Bundle

LEVELS: Final = 3
"""Weights count as 1, 1/2 or 1/4 of the largest, so that a head runs at most so often."""
AGAINST: Final = 0.2
"""γ, what hidden works take away; Rocchio's .15 against .75 of what is relevant."""
QUERIES: Final = 30
"""Most works that are queries of their own: the weightiest. Each is a search."""
LEAST_QUERY: Final = 0.8
"""What the lightest such work's products count, the weightiest's being 1. They compete by maximum,
where much less would silence all but a few works."""

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


class Level(NamedTuple):
    """The works at or above one weight."""

    step: float
    """How far that weight is above the next one."""
    works: NDArray[np.bool_]
    """(P,)"""


def queries_of(bundle: Bundle | None, rows: Floats, weights: Doubles, hidden: Floats) -> Floats:
    """(Q, S) queries of rows (P, S), oldest first, and their weights (P,), above 0.

    Args:
        bundle: None for VisRank by maximum.
        rows: Of the chosen works.
        weights: Theirs.
        hidden: (H, S) rows that count against, oldest first.

    Returns:
        At most 1 in magnitude, for half floats end at 65,504.

    Raises:
        ArtrecError: If the head refuses the rows, or all they make is zeros.
    """
    if bundle is None or bundle.head == "rows":
        kept, factors = each_as_query(weights)
        queries = rows[kept] if bundle is None else bundle.user_vectors(rows[kept])
        queries = queries * factors[:, None]
    else:
        queries = one_query(bundle, rows, weights, hidden)
    largest = np.abs(queries).max()
    if not np.isfinite(largest) or largest == 0:
        raise ShapeError("The head makes nothing of this profile but zeros or infinity.")
    result: Floats = (queries / largest).astype(np.float32)
    return result


def each_as_query(weights: Doubles) -> tuple[NDArray[np.intp], Floats]:
    """Which works of these weights (P,) are queries of their own, and what each one counts."""
    newest_first = -np.arange(len(weights))
    kept = np.sort(np.lexsort((newest_first, -weights))[:QUERIES])
    shares = weights[kept] / weights.max()
    return kept, (LEAST_QUERY + (1 - LEAST_QUERY) * shares).astype(np.float32)


def one_query(bundle: Bundle, rows: Floats, weights: Doubles, hidden: Floats) -> Floats:
    """(1, S) the query of a head that makes a single one; see `queries_of`."""
    if not len(rows):
        return bundle.user_vectors(rows) - _against(bundle, hidden)
    total, norm = np.zeros((1, bundle.dim)), 0.0
    for step, works in levels(weights):
        share = step * works.sum()
        total += share * bundle.user_vectors(rows[works])
        norm += share
    result: Floats = (total / norm - _against(bundle, hidden)).astype(np.float32)
    return result


def without_each(bundle: Bundle, rows: Floats, weights: Doubles, hidden: Floats) -> Floats:
    """(P, S) what `one_query` would be without each work in turn, P at least 1.

    Exact as far as `artrec.serving.leave_one_out` is; only that the weights count as parts of the
    largest of all, also where that one is left out.
    """
    if len(rows) == 1:
        return leave_one_out.queries_without(bundle, rows) - _against(bundle, hidden)
    total, norm = np.zeros((len(rows), bundle.dim)), np.zeros(len(rows))
    for step, works in levels(weights):
        share = step * (works.sum() - works)
        queries = np.repeat(bundle.user_vectors(rows[works]), len(rows), axis=0)
        if works.sum() > 1:
            queries[works] = leave_one_out.queries_without(bundle, rows[works])
        total += share[:, None] * queries
        norm += share
    result: Floats = (total / norm[:, None] - _against(bundle, hidden)).astype(np.float32)
    return result


def levels(weights: Doubles) -> list[Level]:
    """The levels of weights (P,), P at least 1, the highest first; weights as parts of it."""
    powers = np.round(np.log2(weights))
    powers = np.clip(powers - powers.max(), 1 - LEVELS, 0)
    distinct = np.unique(powers)[::-1]
    values = np.append(2.0**distinct, 0.0)
    return [
        Level(float(values[k] - values[k + 1]), powers >= power) for k, power in enumerate(distinct)
    ]


def _against(bundle: Bundle, hidden: Floats) -> Floats:
    """(1, S) what hidden works take away."""
    if not len(hidden):
        return np.zeros((1, bundle.dim), dtype=np.float32)
    result: Floats = np.float32(AGAINST) * bundle.user_vectors(hidden)
    return result
