"""Why a work is recommended: the chosen works without which it would score less. NumPy only.

A reason is true if taking the cited work out of the profile and ranking again lowers what the
recommended work scores. So this is computed: a query without each chosen work in turn
(`artrec.serving.leave_one_out`), and what each candidate loses by it.

What "scores less" means needs care, since without a work the whole query is another one. Inner
products of two queries are not comparable: in most models only their order means something, and a
query that becomes shorter lowers all works alike without moving one of them on the page. So a
candidate's score is taken as its *standing*,

    (score - mean) / deviation     over a background, under the same query,

which no length or offset of a query changes, and a drop is what it loses of that, in deviations. A
work that everything loses by is no reason for one. A claim should also hold for somebody who looks
at plain scores, so a work is cited only where the plain score falls as well.

Letters used in shapes: P chosen items, C candidates, N items of the background, S stored columns.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.serving.bundle import Bundle
from artrec.serving.leave_one_out import queries_without

Doubles = NDArray[np.float64]

_LEAST: Final = 1e-3
"""Deviations; by less, nothing changes its place, and rounding could decide."""
_ALIKE: Final = 1e-4
"""Share of the largest score; deviations below are mostly rounding."""


class Reason(NamedTuple):
    """A chosen work that a candidate owes its standing to."""

    row: int
    """Of the profile."""
    drop: float
    """What the candidate loses without it, in deviations of the background; above 0."""


def evidence(
    bundle: Bundle,
    rows: NDArray[Any],
    candidates: NDArray[Any],
    *,
    top: int = 3,
    background: NDArray[Any] | None = None,
) -> list[list[Reason]]:
    """The works of a profile without which each candidate would lose most.

    Args:
        bundle: Of the model that ranked the candidates.
        rows: (P, S) stored rows of the chosen items, oldest first, no item twice.
        candidates: (C, S) stored rows of the recommended items.
        top: How many reasons at most for each.
        background: (N, S) stored rows that a candidate's standing is measured against, such as a
            few hundred drawn from the catalogue once; the candidates themselves if none are given.
            One item has no standing among itself alone, and so no reasons.

    Returns:
        The reasons of each candidate, the largest drop first; none where nothing chosen lifts it,
        as in a model that ranks the same for everyone.

    Raises:
        ShapeError: If rows, candidates or background are not stored rows of this bundle.
        ValueError: If top is below 1.
    """
    if top < 1:
        raise ValueError(f"top must be at least 1; it is {top}.")
    measured = candidates if background is None else background
    for name, found in (("candidates", candidates), ("background", measured)):
        if found.ndim != 2 or found.shape[1] != bundle.dim:
            raise ShapeError(f"The {name} must be (N, {bundle.dim}); they are {found.shape}.")
    if not len(rows) or not len(candidates):
        return [[] for _ in candidates]
    scores = _products if bundle.head == "rows" else _inner
    before, without = scores(bundle, rows, candidates)
    if background is None:
        drops = _standing(before, before) - _standing(without, without)
    else:
        others, others_without = scores(bundle, rows, background)
        drops = _standing(before, others) - _standing(without, others_without)
    if len(rows) > 1 or bundle.empty_profile:  # else there is no plain score without the only work
        drops = np.where(without < before, drops, 0)
    best = np.argsort(-drops, axis=1, kind="stable")[:, :top]
    return [
        [Reason(int(row), float(drops[place, row])) for row in each if drops[place, row] > _LEAST]
        for place, each in enumerate(best)
    ]


def _inner(bundle: Bundle, rows: NDArray[Any], items: NDArray[Any]) -> tuple[Doubles, Doubles]:
    """Scores (N, 1) of items under the query of all rows, and (N, P) without each."""
    queries = np.concatenate((bundle.user_vectors(rows), queries_without(bundle, rows)))
    scored = bundle.scored
    products = (items[:, :scored].astype(np.float32) @ queries[:, :scored].T).astype(np.float64)
    return products[:, :1], products[:, 1:]


def _products(bundle: Bundle, rows: NDArray[Any], items: NDArray[Any]) -> tuple[Doubles, Doubles]:
    """The same where every row is a query and the `top` largest products are averaged."""
    queries = bundle.user_vectors(rows)
    products = (items.astype(np.float32) @ queries.T).astype(np.float64)
    if len(rows) == 1:
        return products, np.zeros_like(products)
    ranked = -np.sort(-products, axis=1)
    count, fewer = min(bundle.top, len(rows)), min(bundle.top, len(rows) - 1)
    before = ranked[:, :count].mean(axis=1, keepdims=True)
    rest = ranked[:, :fewer].sum(axis=1, keepdims=True)
    last = ranked[:, fewer - 1 : fewer + 1]  # the least of those that count, and the one behind
    # A row that counts leaves its place to the one behind; where all count, nobody is behind.
    gone = np.where(products >= last[:, :1], last[:, 1:] - products, 0)
    return before, (rest + gone) / fewer


def _standing(scores: Doubles, among: Doubles) -> Doubles:
    """Scores (C, Q) less the mean of the background (N, Q) over its deviation, query by query;
    0 where the background scores alike, so far as float32 can tell."""
    deviation = among.std(axis=0)
    mean = among.mean(axis=0)
    alike = deviation <= _ALIKE * np.maximum(np.abs(among).max(axis=0), 1e-30)
    standing: Doubles = np.where(alike, 0, (scores - mean) / np.where(alike, 1, deviation))
    return standing
