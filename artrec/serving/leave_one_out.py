"""Queries of a profile without each of its works in turn: what each does to it. NumPy only.

The formulas stand beside those of the heads they belong to and cost little more than one query.
They are exact but for `fold-in`. A head without one here is asked once per work.

Letters used in shapes: P chosen items, W profile columns, S stored columns, T scored columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import UnsupportedError
from artrec.serving import acf, als, curatornet, fold_in, gru, towers
from artrec.serving.bundle import Bundle
from artrec.serving.heads import HEADS, Parts, Query, blended, curatornet_layers, gru_unit

Floats = NDArray[np.float32]


def queries_without(bundle: Bundle, rows: NDArray[Any]) -> Floats:
    """The query of a profile without each of its works, as `bundle.user_vectors` would give it.

    Without its only work a profile gets the query for nobody in particular where the bundle has
    one, and zeros where it has none: every work then scores alike.

    Args:
        bundle: Any but with the head `rows`, which makes several queries of a profile.
        rows: (P, S) stored rows of the chosen items, oldest first; P at least 1.

    Returns:
        (P, S) float32.

    Raises:
        ShapeError: If the rows are not (P, S) or not finite.
        UnsupportedError: For a head `rows`, and for an empty profile.
    """
    given = bundle.given(rows)
    if bundle.head == "rows" or not len(rows):
        raise UnsupportedError(
            f"{bundle.model} has no single query of {len(rows)} chosen items to leave one out of."
        )
    if len(rows) > 1:
        start, stop = bundle.profile
        parts = Parts(bundle.settings, bundle.arrays, stop - start, bundle.scored)
        return bundle.stored(_build(bundle.head, parts)(given))
    if bundle.empty_profile:
        return bundle.user_vectors(rows[:0])
    return np.zeros((1, bundle.dim), dtype=np.float32)


def _build(kind: str, parts: Parts) -> Query:
    """(P, W) rows, P at least 2, to (P, T) queries."""
    if kind in _FORMULAS:
        return _FORMULAS[kind](parts)
    query = HEADS[kind].build(parts)

    def one_by_one(rows: Floats) -> Floats:
        each = [query(np.delete(rows, row, axis=0)) for row in range(len(rows))]
        return np.concatenate(each)

    return one_by_one


def _constant(parts: Parts) -> Query:
    query = parts.array("query", parts.scored).astype(np.float32)
    return lambda rows: np.repeat(query[None], len(rows), axis=0)


def _mean(parts: Parts) -> Query:
    return lambda rows: (rows.sum(axis=0) - rows) / np.float32(len(rows) - 1)


def _als(parts: Parts) -> Query:
    gram = parts.array("gram", parts.width, parts.width).astype(np.float64)
    alpha, l2 = parts.number("alpha", least=0), parts.number("l2", least=0)
    return lambda rows: als.left_out(rows, gram, alpha=alpha, l2=l2)


def _fold_in(parts: Parts) -> Query:
    references = fold_in.References.of(parts.arrays["references"])
    l2 = parts.number("l2", least=1e-9)
    return lambda rows: fold_in.left_out(rows, references, l2=l2)


def _acf(parts: Parts) -> Query:
    base = parts.array("base", parts.scored).astype(np.float32)
    return lambda rows: acf.left_out(base, rows[:, :-1], rows[:, -1])


def _curatornet(parts: Parts) -> Query:
    layers = curatornet_layers(parts)
    return lambda rows: curatornet.left_out(rows, layers)


def _towers(parts: Parts) -> Query:
    temperature = parts.number("temperature", least=0)
    normalise = parts.number("normalise", least=0) > 0
    return lambda rows: towers.left_out(rows, temperature, normalise=normalise)


def _gru(parts: Parts) -> Query:
    gates, longest = gru_unit(parts)

    def together(rows: Floats) -> Floats:
        count, size = len(rows), min(len(rows) - 1, longest)
        # Without one of the last works, the one before them counts again.
        rest = [np.delete(rows, row, axis=0)[-size:] for row in range(count)]
        edges = np.arange(count + 1) * size
        return gru.user_vectors(np.concatenate(rest), edges, gates, longest)

    return together


def _blend(parts: Parts) -> Query:
    return blended(parts, _build)


_FORMULAS: Final[Mapping[str, Callable[[Parts], Query]]] = {
    "constant": _constant,
    "mean": _mean,
    "als": _als,
    "fold-in": _fold_in,
    "acf": _acf,
    "curatornet": _curatornet,
    "towers": _towers,
    "gru": _gru,
    "blend": _blend,
}
