"""Words: what somebody types into the search box, as a PostgreSQL text query.

Words are compared without capitals and accents, as they are written and by their English stem; the
last one may be unfinished. All must occur. A word that no work has is taken for a slip of the hand
and replaced by the known word that looks most like it, by trigrams and then by edit distance.
(pg_trgm would do the first half, but the PostgreSQL that pip installs comes without it.)
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.db import connection

MOST_WORDS: Final = 12
"""Further words are not looked at; a title has fewer."""
LONGEST: Final = 60
"""Characters of a word that are looked at."""
SHORT: Final = 2
"""Latin words of so few letters are not taken for beginnings: they would begin half of all."""
LONGEST_NUMBER: Final = 120
"""Characters of an inventory number that are looked at, here and in `catalog_number`."""
LITTLE: Final = frozenset(
    {"a", "an", "and", "at", "by", "de", "der", "des", "die", "du", "el", "et", "for", "from"}
    | {"in", "la", "le", "of", "on", "the", "to", "und", "with"}
)
"""Words too common to be asked for, unless nothing else is."""
NUMBER_WORDS: Final = frozenset(
    {"acc", "accession", "inv", "inventaire", "inventario", "inventarnummer", "inventory"}
    | {"museum", "no", "nr", "num", "number", "numero", "object"}
)
"""Words that only say that a number follows, as labels do."""
MOST_NUMBERS: Final = 3
"""Parts of a text that are looked at as inventory numbers."""
VOCABULARY_SECONDS: Final = 600
CONSIDERED: Final = 40
"""Known words, by shared trigrams, whose edit distance is taken."""
SHARED: Final = 0.2
"""Least share of trigrams that two words alike have in common."""

_OTHER_LETTERS: Final = str.maketrans("øłđı", "oldi")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_PUNCTUATION: Final = re.compile("[\x00-/:-@\\[-`{-\u00bf\u2010-\u205e]+")

# Titles and names as they are written; stems would make odd suggestions.
_KNOWN: Final = """
    SELECT word, ndoc FROM ts_stat($$
        SELECT to_tsvector('simple',
            catalog_fold(concat_ws(' ', a.title, a.style, a.medium, p.name)))
        FROM catalog_artwork a JOIN catalog_artist p ON p.id = a.artist_id
        WHERE a.state = 'visible'
    $$) WHERE length(word) BETWEEN 3 AND 60"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text taken for an inventory number, perhaps among other words."""

    number: str
    """As entries have it: "#sk.a.1505"."""
    words: tuple[str, ...] = ()
    """The other words, which must occur as well."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of the collection, findable by their trigrams."""

    words: tuple[str, ...]
    counts: tuple[int, ...]
    """In how many works each occurs."""
    places: Mapping[str, int]
    having: Mapping[str, tuple[int, ...]]
    """Places of the words that have a trigram."""


def fold(text: str) -> str:
    """Return `text` as `catalog_fold` in the database does: no capitals, accents, punctuation."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.lower()))
    return _PUNCTUATION.sub(" ", plain.translate(_OTHER_LETTERS))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words to look for, folded, in order, each once."""
    words = list(dict.fromkeys(word[:LONGEST] for word in fold(text).split()))[:MOST_WORDS]
    return tuple(word for word in words if word not in LITTLE) or tuple(words)


def tsquery(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return SQL for a tsquery that wants all of `words`, and its parameters.

    The last word is taken for the beginning of one, unless it is `SHORT`.
    """
    parts: list[str] = []
    params: list[str] = []
    for number, word in enumerate(words):
        last = number == len(words) - 1 and (len(word) > SHORT or not word.isascii())
        parts.append("(to_tsquery('simple', %s) || plainto_tsquery('english', %s))")
        # Nothing in a folded word means anything to to_tsquery, but quotes cost nothing.
        params += [f"'{word}'{':*' if last else ''}", word]
    return " && ".join(parts), params


def numbers_of(text: str) -> tuple[Numbered, ...]:
    """Return how `text` may tell an inventory number: all of it is one, or a part among words is,
    as in "Vermeer SK-A-2344".

    None for what has no digit: that is no inventory number, and its search costs nothing more.
    Digits alone among words are a year or part of a title.
    """
    whole = _number(text)
    if not whole:
        return ()
    parts = text.split()
    found = [Numbered(whole)]
    for place, part in enumerate(parts):
        number = _number(part)
        if len(found) <= MOST_NUMBERS and number not in {"", whole} and not _is_plain(number):
            others = words_of(" ".join([*parts[:place], *parts[place + 1 :]]))
            words = tuple(word for word in others if word not in LITTLE | NUMBER_WORDS)
            found.append(Numbered(number, words))
    return tuple(found)


def numbers_tsquery(numbers: Sequence[Numbered], *, beginning: bool) -> tuple[str, list[str]]:
    """Return SQL for a tsquery that wants any of `numbers`, of which there are some, and its
    parameters; as a `beginning`, of longer numbers as well.

    Digits alone stay whole: "1942" begins whatever a museum was given in that year.
    """
    parts: list[str] = []
    params: list[str] = []
    for each in numbers:
        sql, words = tsquery(each.words)
        begun = beginning and not _is_plain(each.number)
        parts.append(f"({sql} && %s::tsquery)" if sql else "%s::tsquery")
        params += [*words, f"'{each.number}'{':*' if begun else ''}"]
    return " || ".join(parts), params


def corrected(words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return `words` with each that is unknown replaced by the most similar known one, if any."""
    *before, last = words
    known = [word if word in vocabulary.places else _nearest(word, vocabulary) for word in before]
    begins = any(word.startswith(last) for word in vocabulary.words)
    return (*known, last if begins else _nearest(last, vocabulary))


def vocabulary() -> Vocabulary:
    """Return the words of the visible works; one query, and none for `VOCABULARY_SECONDS` after."""
    found: Vocabulary | None = cache.get("catalog.vocabulary")
    if found is None:
        found = vocabulary_of(_known_words())
        cache.set("catalog.vocabulary", found, VOCABULARY_SECONDS)
    return found


def vocabulary_of(words: Mapping[str, int]) -> Vocabulary:
    """Index words by trigrams; `words` says how often each occurs."""
    having: defaultdict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        for trigram in trigrams(word):
            having[trigram].append(place)
    return Vocabulary(
        words=tuple(words),
        counts=tuple(words.values()),
        places={word: place for place, word in enumerate(words)},
        having={trigram: tuple(places) for trigram, places in having.items()},
    )


def trigrams(word: str) -> set[str]:
    """Return the trigrams of a word as pg_trgm does: two blanks before it, one behind."""
    padded = f"  {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def distance(one: str, other: str) -> int:
    """Return how many letters must be put in, left out, changed or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]


def _number(text: str) -> str:
    number = fold(text).strip().replace(" ", ".")[:LONGEST_NUMBER]
    return f"#{number}" if any(sign.isdecimal() for sign in number) else ""


def _is_plain(number: str) -> bool:
    return number.removeprefix("#").isdecimal()


def _nearest(word: str, vocabulary: Vocabulary) -> str:
    """The known word most like this one: fewest changes, then most works; else the word itself."""
    allowed = 0 if len(word) < 3 else 1 if len(word) < 6 else 2 if len(word) < 10 else 3
    mine = trigrams(word)
    shared = Counter(place for trigram in mine for place in vocabulary.having.get(trigram, ()))

    def likeness(place: int) -> float:
        # |A ∪ B| = |A| + |B| - |A ∩ B|; a word of n letters has about n + 1 trigrams.
        return shared[place] / (len(mine) + len(vocabulary.words[place]) + 1 - shared[place])

    alike = sorted((place for place in shared if likeness(place) >= SHARED), key=likeness)
    ranked = sorted(
        (distance(word, vocabulary.words[place]), -vocabulary.counts[place], place)
        for place in alike[-CONSIDERED:]
    )
    return vocabulary.words[ranked[0][2]] if ranked and ranked[0][0] <= allowed else word


def _known_words() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN)
        rows: Iterable[tuple[str, int]] = cursor.fetchall()
    return dict(rows)
