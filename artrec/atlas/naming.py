"""Names for neighbourhoods, by which each can be told from those it lies among.

A part says what sets it apart within its whole and does not repeat what that one says. All words of
a name are weighed together: where it is black anyway, "brown" tells more than "dark".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.atlas.neighbours import Ints
from artrec.atlas.telling import RARE, Facts, Layer, Said, layer_of, most_telling, statements, told
from artrec.atlas.wording import Word, fit, short, text_of, tokens

_LENGTHS: Final = {1: 0.3, 2: 0.0, 3: 0.08}
"""How many statements a name may hold, and what that costs of what they tell."""
_AGAIN: Final = 2.0
"""What a statement costs that stands in the name of a neighbourhood around this one."""
_FORMAT: Final = 0.08
"""What the format of pictures costs: it tells little of what is on them."""
_NOUN: Final = 0.06
"""What a style or a word of titles is worth: a name reads better with a noun."""
_NOUNS: Final = frozenset({"style", "words"})
_JOINT: Final = 0.2
"""Share of the works that all of a name must be true of."""
_JOINT_RARE: Final = 0.1


@dataclass(frozen=True)
class Name:
    """A proposed name, and what speaks for it."""

    text: str
    words: tuple[Word, ...]
    """Those of the name, the most telling first."""


def propose(layers: Sequence[NDArray[np.integer]], facts: Facts) -> list[list[Name]]:
    """A name for each neighbourhood 0, 1, ... of each layer; no two of them all are alike.

    Args:
        layers: (N,) neighbourhood of each work, coarse to fine, each of which lies whole in one of
            the next coarser layer.
        facts: Of the facets of `wording.FACETS`; those that nobody knows may be missing.

    Raises:
        ShapeError: If a facet does not have N values, or there is no such facet.
    """
    count = len(layers[0]) if layers else 0
    said = statements(facts, count)
    taken: set[frozenset[str]] = set()
    wholes = [Name("", ())]
    spoken: list[frozenset[str]] = [frozenset()]
    above = np.zeros(count, dtype=np.int64)
    names: list[list[Name]] = []
    for labels in layers:
        layer = layer_of(np.asarray(labels, dtype=np.int64), above)
        telling = most_telling(layer, said)
        beside: list[list[frozenset[str]]] = [[] for _ in wholes]
        found: list[Name] = []
        for cluster, whole in enumerate(layer.whole.tolist()):
            choices = _choices(layer, cluster, telling[cluster], spoken[whole])
            name = _first_free(choices, taken, beside[whole]) or _numbered(wholes[whole], taken)
            taken.add(tokens(name.text))
            beside[whole].append(tokens(name.text))
            found.append(name)
        spoken = [
            spoken[whole] | {word.value for word in name.words}
            for name, whole in zip(found, layer.whole.tolist(), strict=True)
        ]
        names.append(found)
        wholes, above = found, layer.labels
    return names


def _first_free(
    choices: Iterator[Name],
    taken: Collection[frozenset[str]],
    beside: Collection[frozenset[str]],
) -> Name | None:
    """The first name that no other neighbourhood has, if one can be had that is no mere part of the
    name of a neighbourhood beside it, nor the other way round."""
    second = None
    for name in choices:
        words = tokens(name.text)
        if words in taken:
            continue
        if not any(words <= each or each <= words for each in beside):
            return name
        second = second or name
    return second


def _choices(
    layer: Layer, cluster: int, telling: Sequence[Said], spoken: frozenset[str]
) -> Iterator[Name]:
    """Names of a neighbourhood, the best first; `spoken` is what those around it say."""
    patterns, counts = _patterns(layer, cluster, telling)
    sizes = counts.sum(axis=1)

    def true(bits: Sequence[int]) -> Ints:
        """Works here, around and elsewhere of which all of some statements are true, (3,)."""
        mask = sum(1 << bit for bit in bits)
        return np.asarray(counts[:, (patterns & mask) == mask].sum(axis=1))

    ranked: list[tuple[float, tuple[int, ...]]] = []
    for length, cost in _LENGTHS.items():
        for bits in combinations(range(len(telling)), length):
            some = [telling[bit] for bit in bits]
            again = sum(each.value in spoken for each in some)
            if again == length or not fit([(each.facet, each.value) for each in some]):
                continue
            here, around, elsewhere = true(bits)
            facets = {each.facet for each in some}
            if here < (_JOINT_RARE if facets & RARE else _JOINT) * sizes[0]:
                continue
            score = told(here, sizes[0], around, sizes[1], elsewhere, sizes[2]) - cost
            score += _NOUN * bool(facets & _NOUNS) - _FORMAT * ("orientation" in facets)
            ranked.append((float(score - _AGAIN * again), bits))
    for _, bits in sorted(ranked, key=lambda pair: (-pair[0], len(pair[1]), pair[1])):
        words = []
        for bit in bits:
            inside, _, outside = (true([bit]) / np.maximum(sizes, 1)).tolist()
            words.append(Word(telling[bit].facet, telling[bit].value, inside, outside))
        text = text_of(words)
        if short(text):
            yield Name(text, tuple(words))


def _patterns(layer: Layer, cluster: int, telling: Sequence[Said]) -> tuple[Ints, Ints]:
    """Which of the statements are true together, as bits (P,), and of how many works here, around
    and elsewhere (3, P): combinations are weighed without another look at the works."""
    codes = np.zeros(len(layer.labels), dtype=np.int64)
    for bit, each in enumerate(telling):
        codes[each.rows] += 1 << bit
    here = layer.labels == cluster
    near = ~here if layer.alone[cluster] else (layer.above == layer.whole[cluster]) & ~here
    counts = np.stack(
        [np.bincount(codes[rows], minlength=1 << len(telling)) for rows in (here, near, ~here)]
    )
    patterns = np.flatnonzero(counts.any(axis=0))
    return patterns, counts[:, patterns]


def _numbered(whole: Name, taken: Collection[frozenset[str]]) -> Name:
    """The last resort, where nothing is known that tells a neighbourhood from others."""
    plain = f"{whole.text}, mixed" if whole.words else whole.text.rstrip(" 0123456789") or "Mixed"
    text, number = plain, 1
    while tokens(text) in taken:
        number += 1
        text = f"{plain} {number}"
    return Name(text, ())
