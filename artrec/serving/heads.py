"""The last step of every model that can be served: from chosen works to query vectors. NumPy only.

A head is built from the settings and arrays of a bundle, which checks them, and is then a function.
A new kind is one builder and one line in HEADS.

Letters used in shapes: P chosen items, W profile columns, Q queries, T scored columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artrec.errors import BundleError
from artrec.serving import acf, als, blend, curatornet, fold_in, gru, towers

Floats = NDArray[np.float32]
Query = Callable[[Floats], Floats]
"""(P, W) rows of the profile, oldest first, to (Q, T) queries."""


@dataclass(frozen=True)
class Parts:
    """What a head is built from."""

    settings: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    width: int
    """W."""
    scored: int
    """T."""

    def array(self, name: str, *shape: int) -> NDArray[Any]:
        """A named array, which must have this shape. Raises BundleError otherwise."""
        values = self.arrays.get(name)
        if values is None or values.shape != shape:
            found = "missing" if values is None else f"{values.shape}"
            raise BundleError(f"The bundle's array {name!r} must be {shape}; it is {found}.")
        return values

    def number(self, name: str, *, least: float) -> float:
        """A setting that is a number, at least `least`. Raises BundleError otherwise."""
        value: Any = self.settings.get(name)
        if type(value) not in (int, float) or not least <= value < 1e9:
            raise BundleError(
                f"The bundle's setting {name!r} must be a number from {least:g} to 1e9; it is not."
            )
        return float(value)

    def same_columns(self) -> None:
        """Raise BundleError unless what is handed in is what is scored by."""
        if self.width != self.scored:
            raise BundleError(
                f"This head needs as many profile columns as scored ones; they are {self.width} "
                f"and {self.scored}."
            )


class Head(NamedTuple):
    """One kind of head."""

    build: Callable[[Parts], Query]
    """Raises BundleError where the parts do not fit."""
    empty_profile: bool = False
    """It can be given no rows; whether that is of use, the bundle says."""


def _constant(parts: Parts) -> Query:
    query = parts.array("query", parts.scored)[None].astype(np.float32)
    return lambda rows: query


def _mean(parts: Parts) -> Query:
    parts.same_columns()
    return lambda rows: rows.mean(axis=0, keepdims=True)


def _rows(parts: Parts) -> Query:
    parts.same_columns()
    if parts.number("top", least=1) % 1:
        raise BundleError("The bundle's setting 'top' must be a whole number.")
    return lambda rows: rows


def _als(parts: Parts) -> Query:
    parts.same_columns()
    gram = parts.array("gram", parts.width, parts.width).astype(np.float64)
    alpha, l2 = parts.number("alpha", least=0), parts.number("l2", least=0)
    try:
        np.linalg.cholesky(gram + l2 * np.eye(len(gram)))
    except np.linalg.LinAlgError as error:
        raise BundleError("The bundle's array 'gram' is no sum of outer products.") from error
    return lambda rows: als.fold_in(rows, gram, alpha=alpha, l2=l2)[None]


def _fold_in(parts: Parts) -> Query:
    parts.same_columns()
    count = max(1, len(np.atleast_1d(parts.arrays.get("references", ()))))
    references = fold_in.References.of(parts.array("references", count, parts.scored))
    l2 = parts.number("l2", least=1e-9)
    return lambda rows: fold_in.user_vectors(rows, _whole(rows), references, l2=l2)


def _acf(parts: Parts) -> Query:
    if parts.width != parts.scored + 1:
        raise BundleError("ACF is given an item's vector in profiles and its attention.")
    base = parts.array("base", parts.scored).astype(np.float32)
    return lambda rows: acf.user_vectors(base, rows[:, :-1], rows[:, -1], _whole(rows))


def _curatornet(parts: Parts) -> Query:
    layers = curatornet_layers(parts)
    return lambda rows: curatornet.user_vectors(rows, _whole(rows), layers)


def curatornet_layers(parts: Parts) -> list[curatornet.Layer]:
    """The user tower. Raises BundleError where its arrays do not fit."""
    count = len(parts.arrays) // 2
    outer = [np.size(parts.arrays.get(f"bias_{place}", ())) for place in range(count)]
    if not outer or outer[-1] != parts.scored:
        raise BundleError(f"The bundle's layers must end {parts.scored} wide; they are {outer}.")
    widths = [2 * parts.width, *outer]
    return [
        (
            parts.array(f"weights_{place}", *widths[place : place + 2]),
            parts.array(f"bias_{place}", widths[place + 1]),
        )
        for place in range(count)
    ]


def _towers(parts: Parts) -> Query:
    if parts.scored != parts.width + 1:
        raise BundleError("Towers are scored by one coordinate more than they are given.")
    temperature = parts.number("temperature", least=0)
    normalise = parts.number("normalise", least=0) > 0
    return lambda rows: towers.user_vectors(rows, _whole(rows), temperature, normalise=normalise)


def _gru(parts: Parts) -> Query:
    gates, longest = gru_unit(parts)
    return lambda rows: gru.user_vectors(rows, _whole(rows), gates, longest)


def gru_unit(parts: Parts) -> tuple[gru.Gates, int]:
    """The unit, and how many items of a visit count. Raises BundleError where parts do not fit."""
    size = parts.scored - 1
    gates = gru.Gates(
        *(
            parts.array(name, *shape).astype(np.float32)
            for name, shape in zip(
                gru.Gates._fields,
                ((parts.width, 3 * size), (size, 3 * size), (3 * size,), (3 * size,)),
                strict=True,
            )
        )
    )
    return gates, int(parts.number("longest", least=1))


def _blend(parts: Parts) -> Query:
    return blended(parts, lambda kind, part: HEADS[kind].build(part))


def blended(parts: Parts, build: Callable[[str, Parts], Query]) -> Query:
    """The queries of a blend's parts, each brought to a deviation of 1, weighted, side by side.

    `build` makes a part's query of the name of its head and what that is built from.
    """
    listed = parts.settings.get("parts")
    if not isinstance(listed, list) or not listed:
        raise BundleError("A blend needs a list of its parts.")
    weights = parts.array("weights", len(listed)).astype(np.float32)
    queries: list[Query] = []
    start = 0
    for place, one in enumerate(listed):
        width, query = _part(parts, place, one, build)
        spread = parts.array(f"spread_{place}", width, width).astype(np.float32)
        queries.append(partial(_weighted, query, spread, weights[place]))
        start += width
    if start != parts.scored:
        raise BundleError(f"The parts of the blend score by {start} columns, not {parts.scored}.")
    return lambda rows: np.concatenate([query(rows) for query in queries], axis=1)


def _part(
    parts: Parts, place: int, one: object, build: Callable[[str, Parts], Query]
) -> tuple[int, Query]:
    """How many columns a part of a blend scores by, and its query of all columns of the rows."""
    match one:
        case {
            "head": str(kind),
            "settings": dict(settings),
            "scored": int(scored),
            "profile": [int(first), int(last)],
        } if kind in _BLENDED and 0 < scored <= parts.scored and 0 <= first < last <= parts.width:
            prefix = f"{place}."
            arrays = {
                name.removeprefix(prefix): values
                for name, values in parts.arrays.items()
                if name.startswith(prefix)
            }
            query = build(kind, Parts(settings, arrays, last - first, scored))
            centre = parts.array(f"centre_{place}", last - first).astype(np.float32)
            return scored, lambda rows: query(rows[:, first:last] + centre)
        case _:
            raise BundleError(
                f"Part {place} of the blend must have a head of {', '.join(_BLENDED)}, its "
                "settings, how many columns it scores by, and which of those there are it is given."
            )


def _weighted(query: Query, spread: Floats, weight: np.float32, rows: Floats) -> Floats:
    return weight * blend.standard(query(rows), spread)


def _whole(rows: Floats) -> NDArray[np.int64]:
    """All rows as the only profile of a block."""
    return np.array([0, len(rows)])


HEADS: Final[Mapping[str, Head]] = {
    "constant": Head(_constant, empty_profile=True),
    "mean": Head(_mean),
    "rows": Head(_rows),
    "als": Head(_als),
    "fold-in": Head(_fold_in, empty_profile=True),
    "acf": Head(_acf, empty_profile=True),
    "curatornet": Head(_curatornet),
    "towers": Head(_towers),
    "gru": Head(_gru),
    "blend": Head(_blend),
}
"""`constant`: the same query for everyone. `mean`: the average row. `rows`: every row is a query.
`als`: the fold-in of implicit ALS. `fold-in`: that of models with users by id. `acf`: attention
over the profile. `curatornet`: its user tower. `towers`: the mean direction, at a temperature.
`gru`: a recurrent network over a visit. `blend`: other heads side by side, each brought to a
deviation of 1 and weighted."""

_BLENDED: Final = ("constant", "mean", "als", "fold-in", "acf", "curatornet", "towers")
"""Heads that make one query of a profile of any length, so that they can be parts of a blend."""
