"""Artists who may be one: names that are the same but for order, accents, initials or spelling.

Names are compared without capitals, accents, punctuation and what stands in brackets, each pair
that shares anything rare.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from webapp.catalog.search import fold

ALIKE: Final = 0.62
"""Least share of trigrams that two names alike have in common."""
_COMMON: Final = 60
"""A trigram of more names than this says nothing."""
_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^]]*\]|\b\d{3,4}\s*[-–]\s*(\d{2,4})?")
_CERTAINTY: Final = {"the same words": 3, "initials": 2, "spelling": 1}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two artists who may be one."""

    first: int
    second: int
    why: str
    """"the same words", "initials" or "spelling"."""
    alike: float
    """Share of trigrams, up to 1."""


def pairs(names: Iterable[tuple[int, str]]) -> list[Pair]:
    """Return the pairs of ids whose names are likely one person's, likeliest first."""
    known = {pk: words_of(name) for pk, name in names}
    known = {pk: words for pk, words in known.items() if words}
    grams = {pk: _trigrams(words) for pk, words in known.items()}
    found = []
    for one, other in _candidates(known, grams):
        alike = len(grams[one] & grams[other]) / len(grams[one] | grams[other])
        if why := _why(known[one], known[other], alike):
            found.append(Pair(min(one, other), max(one, other), why, alike))
    return sorted(found, key=lambda pair: (-_CERTAINTY[pair.why], -pair.alike, pair.first))


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in the order they are spoken: "Ryn, Rembrandt" is turned round."""
    plain = _BRACKETS.sub(" ", name)
    last, comma, first = plain.partition(",")
    turned = f"{first} {last}" if comma and first.strip() else plain
    return tuple(fold(turned).split())


def _why(one: Sequence[str], other: Sequence[str], alike: float) -> str:
    if sorted(one) == sorted(other):
        return "the same words"
    if _by_initials(one, other):
        return "initials"
    return "spelling" if alike >= ALIKE else ""


def _by_initials(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether surnames are the same, and given names where neither is only an initial."""
    *given, surname = one
    *others, last = other
    if surname != last or not given or not others:
        return False
    matched = [a.startswith(b) or b.startswith(a) for a, b in zip(given, others, strict=False)]
    short = any(min(len(a), len(b)) == 1 for a, b in zip(given, others, strict=False))
    return all(matched) and short


def _trigrams(words: Sequence[str]) -> frozenset[str]:
    padded = [f"  {word} " for word in words]
    return frozenset(each[at : at + 3] for each in padded for at in range(len(each) - 2))


def _candidates(
    known: dict[int, tuple[str, ...]], grams: dict[int, frozenset[str]]
) -> set[tuple[int, int]]:
    """Pairs worth a look: with the same surname, the same words, or several rare trigrams."""
    having = defaultdict(list)
    for pk, words in known.items():
        having["surname", words[-1]].append(pk)
        having["words", " ".join(sorted(words))].append(pk)
    shared: defaultdict[tuple[int, int], int] = defaultdict(int)
    for ids in having.values():
        if len(ids) <= _COMMON:
            for pair in combinations(ids, 2):
                shared[pair] += 3
    by_gram = defaultdict(list)
    for pk, mine in grams.items():
        for gram in mine:
            by_gram[gram].append(pk)
    for ids in by_gram.values():
        if 1 < len(ids) <= _COMMON:
            for pair in combinations(ids, 2):
                shared[pair] += 1
    return {(min(pair), max(pair)) for pair, number in shared.items() if number >= 3}
