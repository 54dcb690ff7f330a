"""What is said of works put into a name: "Dark brown Baroque", "Green and blue, wide"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

FACETS: Final = (
    *("tone", "character", "colour", "style", "words", "medium", "artist", "ground", "light"),
    *("period", "orientation"),
)
"""What may be said of a work, in the order in which a name is read."""
LONGEST: Final = 5
"""Words of a name, small ones not counted."""
_LOOKS: Final = ("tone", "character", "colour")
_ADJECTIVES: Final = 2
"""Of these facets in one name; more are read twice before they are understood."""
_MOST: Final = 0.75
"""Share of its works from which a neighbourhood is by an artist, rather than around one."""
_SMALL: Final = frozenset(["a", "and", "around", "by", "in", "of", "on", "the"])
"""Words that neither make a name long nor another."""
_ALIKE: Final = tuple(
    frozenset(pair)
    for pair in (
        *(("dark", "black"), ("light", "white"), ("muted", "grey"), ("monochrome", "grey")),
        *(("black-and-white", "grey"), ("black-and-white", "black"), ("black-and-white", "white")),
    )
)
"""Words of which a name needs only one."""
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
_FIRST_DECADE: Final = 1400
"""Nobody knows the decade of older works."""


@dataclass(frozen=True)
class Word:
    """Something said of many works of a neighbourhood and of fewer elsewhere."""

    facet: str
    value: str
    inside: float
    """Share of the neighbourhood's works."""
    outside: float
    """Share of all other works."""


def title_words(title: str) -> tuple[str, ...]:
    """The words of a title that may name what is to be seen, each once."""
    return tuple(sorted(set(_LETTERS.findall(title.lower())) - _STOP))


def periods(year: int) -> tuple[str, ...]:
    """The century of a year, and the decade of one that is not long ago: "19th century", "1870s".
    Years from 0 down are before Christ."""
    number = (abs(year - 1) // 100 if year > 0 else -year // 100) + 1
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number not in (11, 12, 13) else 0, "th")
    century = f"{number}{ending} century{'' if year > 0 else ' BC'}"
    return (century, f"{year // 10 * 10}s") if year >= _FIRST_DECADE else (century,)


def tokens(text: str) -> frozenset[str]:
    """The words of a name or a value, whatever their order, without the small ones."""
    return frozenset(re.findall(r"[\w-]+", text.casefold())) - _SMALL


def short(text: str) -> bool:
    """Whether a name is short enough to stand on a map."""
    return sum(word not in _SMALL for word in text.split()) <= LONGEST


def fit(said: Sequence[tuple[str, str]]) -> bool:
    """Whether facets and values go together in a name: one of each facet, nothing twice, and at
    most one pair."""
    facets = [facet for facet, _ in said]
    words = [tokens(value) for _, value in said]
    return (
        len(set(facets)) == len(facets)
        and sum(facet in _LOOKS for facet in facets) <= _ADJECTIVES
        and not any(one & other for one, other in combinations(words, 2))
        and sum(" and " in value for _, value in said) <= 1
        and not any(pair <= frozenset().union(*words) for pair in _ALIKE)
    )


def text_of(words: Sequence[Word]) -> str:
    """A name of words that fit, in whatever order they come."""
    said = {word.facet: word for word in words}
    values = {facet: word.value for facet, word in said.items()}
    looks = [values[facet] for facet in _LOOKS if facet in values]
    nouns = [values[facet] for facet in ("style", "words") if facet in values]
    phrases = []
    if "medium" in values:
        phrases.append(f"in {values['medium'][:1].lower()}{values['medium'][1:]}")
    if "artist" in said:
        phrases.append(f"{'by' if said['artist'].inside >= _MOST else 'around'} {values['artist']}")
    parts = [" ".join([*looks, *nouns[:1]])]
    if "ground" in values:
        parts[0] += f" {values['ground']}"
    if nouns and phrases:
        parts[0] += f" {phrases.pop(0)}"
    parts += nouns[1:] + phrases
    parts += [values[facet] for facet in ("light", "period", "orientation") if facet in values]
    text = ", ".join(part.strip() for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}"
