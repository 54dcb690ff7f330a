"""What is true of many works of a neighbourhood and of few others, and how much that tells.

What a statement tells is its term of the Kullback-Leibler divergence between here and there,
p log(p / q), both shares drawn towards what is usual so that neither a rare word nor a small
neighbourhood wins by chance. There is what lies around in the same coarser neighbourhood, and with
less weight the whole collection.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.atlas.neighbours import Ints
from artrec.atlas.wording import FACETS
from artrec.errors import ShapeError

Facts = Mapping[str, Sequence[Collection[str]]]
"""By facet, what is said of each of N works: any number of things, none where nothing is known."""

RARE: Final = frozenset({"artist", "words"})
"""Facets whose values few works share."""
WEIGHED: Final = 12
"""Most telling statements of a neighbourhood, of which combinations are weighed."""
_PRIOR: Final = 10.0
"""Works as usual that are added to each count."""
_FAR: Final = 0.4
"""Weight of what tells a neighbourhood from the whole collection."""
_LESS: Final = 0.12
"""How much truer a statement may be of what lies around, if it is true of little elsewhere."""
_LEAST: Final = 0.08
"""What it must tell for each work that it is true of: "2020s" tells nothing where all are."""
_INSIDE: Final = 0.35
"""Share of a neighbourhood's works that a statement must be true of."""
_INSIDE_RARE: Final = 0.2
_PAIRED: Final = frozenset({"colour", "style"})
"""Facets of which one or the other may be said, "green and blue"."""
_HALF: Final = 0.2
"""Share of the works that each of the two must be true of, and one or the other."""
_BOTH: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Something that is said of works."""

    facet: str
    value: str
    rows: Ints
    """Of which ones, ascending."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """N works in K neighbourhoods, and what lies around each: the rest of the coarser one that it
    is a part of, or all other works where it is all of that."""

    labels: Ints
    """(N,) the neighbourhood of each work."""
    above: Ints
    """(N,) its neighbourhood in the coarser layer."""
    sizes: Ints
    """(K,)"""
    whole: Ints
    """(K,) the coarser neighbourhood that each one is a part of."""
    alone: NDArray[np.bool_]
    """(K,) whether it is all of that."""
    around: Ints
    """(K,) works of that, or all works where it is alone."""


def layer_of(labels: Ints, above: Ints) -> Layer:
    """The neighbourhoods `labels` (N,) within the coarser ones `above` (N,)."""
    sizes = np.bincount(labels)
    whole = np.zeros(len(sizes), dtype=np.int64)
    whole[labels] = above
    around = np.bincount(above)[whole]
    alone = around == sizes
    return Layer(labels, above, sizes, whole, alone, np.where(alone, len(labels), around))


def statements(facts: Facts, count: int) -> list[Said]:
    """What is said of two works or more. Raises ShapeError for facts that do not fit the works."""
    rows: dict[tuple[str, str], list[int]] = {}
    for facet, values in facts.items():
        if facet not in FACETS:
            raise ShapeError(f"There is no facet {facet!r}; there are {', '.join(FACETS)}.")
        if len(values) != count:
            raise ShapeError(f"{facet!r} says something of {len(values)} works, not {count}.")
        for row, value in enumerate(values):
            for each in value:
                rows.setdefault((facet, each), []).append(row)
    return [Said(*what, np.array(where)) for what, where in rows.items() if len(where) > 1]


def most_telling(layer: Layer, said: Sequence[Said]) -> list[list[Said]]:
    """For each neighbourhood the statements, and pairs of them, that tell most of it, the most
    telling first."""
    found: list[list[tuple[float, Said]]] = [[] for _ in layer.sizes]
    halves: dict[tuple[int, str], list[tuple[float, Said]]] = {}
    for each in said:
        tells, share = _weigh(layer, each)
        least = _INSIDE_RARE if each.facet in RARE else _INSIDE
        for cluster in np.flatnonzero(np.isfinite(tells) & (share >= least)).tolist():
            found[cluster].append((tells[cluster], each))
        if each.facet in _PAIRED:
            for cluster in np.flatnonzero(np.isfinite(tells) & (share >= _HALF)).tolist():
                halves.setdefault((cluster, each.facet), []).append((share[cluster], each))
    weighed: dict[tuple[Said, Said], tuple[Said, Any, Any]] = {}
    for (cluster, _), some in halves.items():
        for pair in combinations([each for _, each in sorted(some, key=_largest_first)[:3]], 2):
            if pair not in weighed:
                either = _either(*pair)
                weighed[pair] = (either, *_weigh(layer, either))
            either, tells, share = weighed[pair]
            if np.isfinite(tells[cluster]) and share[cluster] >= _BOTH:
                found[cluster].append((tells[cluster], either))
    return [[each for _, each in sorted(some, key=_largest_first)[:WEIGHED]] for some in found]


def told(inside: Any, here: Any, around: Any, beside: Any, elsewhere: Any, others: Any) -> Any:
    """What a statement tells of a neighbourhood, from the number of works it is true of and of all
    works: here, around it, and in the collection without it."""
    return _tells(inside, here, around, beside) + _FAR * _tells(inside, here, elsewhere, others)


def _weigh(layer: Layer, said: Said) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(K,) what a statement tells of each neighbourhood, -inf where that is too little; and the
    share (K,) of its works that it is true of."""
    inside = np.bincount(layer.labels[said.rows], minlength=len(layer.sizes))
    true = np.bincount(layer.above[said.rows], minlength=layer.whole.max() + 1)[layer.whole]
    true = np.where(layer.alone, len(said.rows), true)
    near = _tells(inside, layer.sizes, true - inside, layer.around - layer.sizes)
    others = len(layer.labels) - layer.sizes
    far = _tells(inside, layer.sizes, len(said.rows) - inside, others)
    tells, share = near + _FAR * far, inside / layer.sizes
    telling = (near > -_LESS) & (far > 0) & (tells >= _LEAST * share)
    return np.where(telling, tells, -np.inf), share


def _tells(inside: Any, here: Any, outside: Any, there: Any) -> Any:
    usual = np.maximum(inside + outside, 1e-9) / (here + there)
    p = (inside + _PRIOR * usual) / (here + _PRIOR)
    q = (outside + _PRIOR * usual) / (there + _PRIOR)
    return p * np.log(p / q)


def _either(one: Said, other: Said) -> Said:
    return Said(one.facet, f"{one.value} and {other.value}", np.union1d(one.rows, other.rows))


def _largest_first(weighed: tuple[float, Said]) -> tuple[float, str]:
    return -weighed[0], weighed[1].value
