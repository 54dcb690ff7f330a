"""Names for neighbourhoods, from what is said of their works and seldom of the others.

A word counts by its log-odds against the rest of the collection with a prior drawn from the whole
(Monroe, Colaresi and Quinn 2008), so that neither a rare word nor a common one wins by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

FACETS: Final = ("style", "medium", "artist", "colour", "words")
"""What may be said of a work, in the order in which a name is read."""
_PRIOR: Final = 20.0
"""Weight of the collection as a whole, in works."""
_INSIDE: Final = 0.25
"""Share of a neighbourhood's works that a word of its name must be true of."""
_WORDS: Final = 3


@dataclass(frozen=True)
class Word:
    """Something said of many works of a neighbourhood and of fewer elsewhere."""

    facet: str
    value: str
    inside: float
    """Share of the neighbourhood's works."""
    outside: float
    """Share of all other works."""


@dataclass(frozen=True)
class Name:
    """A proposed name, and what speaks for it."""

    text: str
    words: tuple[Word, ...]
    """The most telling first."""


def propose(labels: NDArray[np.integer], facts: Mapping[str, Sequence[str | None]]) -> list[Name]:
    """A name for each neighbourhood 0, 1, ... of one layer; no two are alike.

    Args:
        labels: (N,) neighbourhood of each work.
        facts: By facet, what is said of each of N works: None where nothing is; in "words",
            several with spaces between them. Facets that nobody knows may be missing.

    Raises:
        ShapeError: If a facet does not have N values.
    """
    clusters = int(labels.max()) + 1 if len(labels) else 0
    telling: list[list[tuple[float, Word]]] = [[] for _ in range(clusters)]
    for facet, values in facts.items():
        if len(values) != len(labels):
            raise ShapeError(f"{facet!r} says something of {len(values)} works, not {len(labels)}.")
        for cluster, found in enumerate(_telling(labels, clusters, facet, values)):
            telling[cluster] += found
    names: list[Name] = []
    taken: set[str] = set()
    for found in telling:
        words = tuple(word for _, word in sorted(found, key=lambda pair: -pair[0]))
        text = _distinct(_text(words[:_WORDS]), words, taken)
        taken.add(text)
        names.append(Name(text, words[:_WORDS]))
    return names


def _telling(
    labels: NDArray[np.integer], clusters: int, facet: str, values: Sequence[str | None]
) -> list[list[tuple[float, Word]]]:
    """For each neighbourhood, the words that set it apart, with how far they do (z score)."""
    said: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        for word in {*((value or "").lower().split() if facet == "words" else [value])} - {None}:
            said.setdefault(str(word), []).append(row)
    sizes = np.bincount(labels, minlength=clusters)
    found: list[list[tuple[float, Word]]] = [[] for _ in range(clusters)]
    for value, rows in said.items():
        inside = np.bincount(labels[rows], minlength=clusters)
        outside = len(rows) - inside
        prior = _PRIOR * len(rows) / len(labels)
        odds = np.log((inside + prior) / (sizes - inside + _PRIOR - prior + 1e-9))
        odds -= np.log((outside + prior) / (len(labels) - sizes - outside + _PRIOR - prior + 1e-9))
        z = odds / np.sqrt(1 / (inside + prior) + 1 / (outside + prior))
        for cluster in np.flatnonzero((inside >= _INSIDE * sizes) & (inside > 0) & (z > 0)):
            others = len(labels) - sizes[cluster]
            share = outside[cluster] / others if others else 0.0
            word = Word(facet, value, float(inside[cluster] / sizes[cluster]), float(share))
            found[cluster].append((float(z[cluster]), word))
    return found


def _text(words: Sequence[Word]) -> str:
    ordered = sorted(words, key=lambda word: FACETS.index(word.facet))
    text = ", ".join(word.value for word in ordered) or "Mixed"
    return text[0].upper() + text[1:]


def _distinct(text: str, words: Sequence[Word], taken: set[str]) -> str:
    """The text, with as many more words as it takes to differ from the names before it."""
    for more in range(_WORDS + 1, len(words) + 1):
        if text not in taken:
            break
        text = _text(words[:more])
    plain, number = text, 1
    while text in taken:
        number += 1
        text = f"{plain} {number}"
    return text
