"""Names for neighbourhoods, from what is said of their works and seldom of the others.

A word counts by its log-odds against the rest of the collection with a prior drawn from the whole
(Monroe, Colaresi and Quinn 2008), so that neither a rare word nor a common one wins by chance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

FACETS: Final = ("colour", "style", "words", "medium", "artist")
"""What may be said of a work, in the order in which a name is read."""
_PRIOR: Final = 20.0
"""Weight of the collection as a whole, in works."""
_INSIDE: Final = 0.25
"""Share of a neighbourhood's works that a word of its name must be true of."""
_SURE: Final = 1.5
"""Standard errors by which a word must be commoner than elsewhere."""
_WORDS: Final = 3
_STOP: Final = frozenset(
    [
        *("and", "after", "before", "for", "from", "her", "his", "into", "its", "not", "our"),
        *("over", "part", "series", "study", "the", "their", "this", "two", "under", "untitled"),
        *("with", "without", "work", "iii", "vii", "les", "las", "los", "del", "der", "die"),
        *("das", "des", "una", "une", "und"),
    ]
)
"""Words of titles that say nothing of what is to be seen."""
_LETTERS: Final = re.compile(r"[^\W\d_]{3,}")


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
        if facet not in FACETS:
            raise ShapeError(f"There is no facet {facet!r}; there are {', '.join(FACETS)}.")
        if len(values) != len(labels):
            raise ShapeError(f"{facet!r} says something of {len(values)} works, not {len(labels)}.")
        for cluster, found in enumerate(_telling(labels, clusters, facet, values)):
            telling[cluster] += found
    names: list[Name] = []
    taken: set[str] = set()
    for found in telling:
        ranked = [word for _, word in sorted(found, key=_first_told)]
        words = _one_of_each(ranked)
        text = _distinct(words, taken)
        taken.add(text.casefold())
        names.append(Name(text, tuple(words[:_WORDS])))
    return names


def _first_told(found: tuple[float, Word]) -> tuple[float, str]:
    return -found[0], found[1].value


def _one_of_each(ranked: Sequence[Word]) -> list[Word]:
    """The most telling word of each facet, then what is left: a second style is the last resort."""
    first: dict[str, Word] = {}
    for word in ranked:
        first.setdefault(word.facet, word)
    best = list(first.values())
    return best + [word for word in ranked if word not in best]


def _telling(
    labels: NDArray[np.integer], clusters: int, facet: str, values: Sequence[str | None]
) -> list[list[tuple[float, Word]]]:
    """For each neighbourhood, the words that set it apart, with how far they do (z score)."""
    said: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        for word in _words(value) if facet == "words" else {value or ""} - {""}:
            said.setdefault(word, []).append(row)
    sizes = np.bincount(labels, minlength=clusters)
    found: list[list[tuple[float, Word]]] = [[] for _ in range(clusters)]
    for value, rows in said.items():
        inside = np.bincount(labels[rows], minlength=clusters)
        outside = len(rows) - inside
        prior = _PRIOR * len(rows) / len(labels)
        odds = np.log((inside + prior) / (sizes - inside + _PRIOR - prior + 1e-9))
        odds -= np.log((outside + prior) / (len(labels) - sizes - outside + _PRIOR - prior + 1e-9))
        z = odds / np.sqrt(1 / (inside + prior) + 1 / (outside + prior))
        for cluster in np.flatnonzero((inside >= _INSIDE * sizes) & (inside > 0) & (z > _SURE)):
            others = len(labels) - sizes[cluster]
            share = outside[cluster] / others if others else 0.0
            told = Word(facet, value, float(inside[cluster] / sizes[cluster]), float(share))
            found[cluster].append((float(z[cluster]), told))
    return found


def _words(title: str | None) -> set[str]:
    return set(_LETTERS.findall((title or "").lower())) - _STOP


def _text(words: Sequence[Word]) -> str:
    """The words as one reads them, "Blue Impressionism, harbour, in oil", or "Mixed"."""
    parts: list[str] = []
    colours: list[str] = []
    for word in sorted(words, key=lambda word: FACETS.index(word.facet)):
        if word.facet == "colour":
            colours.append(word.value)
        elif word.facet == "medium":
            parts.append(f"in {word.value[0].lower()}{word.value[1:]}")
        elif word.facet == "artist":
            parts.append(f"by {word.value}")
        else:
            parts.append(word.value)
    colour = " and ".join(colours)
    if colour and parts and not parts[0].startswith(("in ", "by ")):
        parts[0] = f"{colour} {parts[0]}"
    elif colour:
        parts.insert(0, f"mostly {colour}")
    text = ", ".join(parts) or "mixed"
    return text[0].upper() + text[1:]


def _distinct(words: Sequence[Word], taken: set[str]) -> str:
    """A name from the most telling words, with as many more as it takes to be another than those
    taken, and a number where no word is left."""
    text = plain = _text(words[:_WORDS])
    for more in range(_WORDS + 1, min(len(words), 2 * _WORDS) + 1):
        if text.casefold() not in taken:
            break
        text = _text(words[:more])
    number = 1
    while text.casefold() in taken:
        number += 1
        text = f"{plain} {number}"
    return text
