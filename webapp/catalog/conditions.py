"""What a work must be, as conditions on its search entry.

SQL of this module names the entry `s`; values are parameters. Conditions of one facet are
alternatives of each other, facets must all hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_noop

from webapp.catalog import search
from webapp.catalog.colours import FAMILIES
from webapp.catalog.models import Artwork

Chosen = Mapping[str, tuple[str, ...]]
"""The values chosen of each facet, by the facet's name."""

SIZES: Final = {
    "small": (gettext_noop("Small, under 40 cm"), 0, 40),
    "medium": (gettext_noop("Medium, 40 to 100 cm"), 40, 100),
    "large": (gettext_noop("Large, 100 to 180 cm"), 100, 180),
    "huge": (gettext_noop("Very large, from 180 cm"), 180, 99999),
}
"""Name: label, and bounds of the longest side; the upper one is beyond."""
ORIENTATIONS: Final = ("portrait", "landscape", "square")
MOST_VALUES: Final = 12
"""Further values of one facet are not looked at."""

_YEARS: Final = re.compile(r"(-?\d{1,4})-(-?\d{1,4})")
_PRICES: Final = re.compile(r"([A-Z]{3})?(\d{1,9}(?:\.\d\d?)?)?-(\d{1,9}(?:\.\d\d?)?)?")


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL that is true or false of an entry `s`."""

    sql: str
    params: tuple[Any, ...] = ()
    """Hashable, lists as tuples."""

    @property
    def arguments(self) -> list[Any]:
        """The parameters as a cursor takes them."""
        return [list(each) if isinstance(each, tuple) else each for each in self.params]


VISIBLE: Final = Condition("s.visible")


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that all of these hold, and that the work is visible."""
    parts = [VISIBLE, *conditions]
    return Condition(
        " AND ".join(part.sql for part in parts), tuple(p for part in parts for p in part.params)
    )


def among(condition: Condition, artwork_id: str) -> Condition:
    """Return the condition on another table's `artwork_id` that its work fulfils `condition`."""
    return Condition(
        f"{artwork_id} IN (SELECT s.artwork_id FROM catalog_searchentry s"  # noqa: S608
        f" WHERE {condition.sql})",
        condition.params,
    )


def of_words(words: Sequence[str], numbers: Sequence[search.Numbered] = ()) -> Condition:
    """Return the condition that all of `words` occur, or that its inventory number is one of
    `numbers` or begins so, as `search.numbers_of` tells."""
    sql, params = search.tsquery(words)
    if numbers:
        other, more = search.numbers_tsquery(numbers, beginning=True)
        sql, params = f"({sql}) || {other}", [*params, *more]
    return Condition(f"s.words @@ ({sql})", tuple(params))


def of_text(text: str) -> Condition:
    """Return the condition that all words of `text` occur, or that the inventory number is in it;
    none where it has no words."""
    words = search.words_of(text)
    return of_words(words, search.numbers_of(text)) if words else VISIBLE


def of_ids(ids: Sequence[int]) -> Condition:
    """Return the condition that the work is one of these."""
    return Condition("s.artwork_id = ANY(%s::bigint[])", (tuple(ids),))


def not_of_ids(ids: Sequence[int]) -> Condition:
    """Return the condition that the work is none of these."""
    return Condition("s.artwork_id <> ALL(%s::bigint[])", (tuple(ids),))


def of_facets(chosen: Chosen) -> dict[str, Condition]:
    """Return the condition of each facet of which a value is chosen."""
    return {name: _OF_FACET[name](values) for name, values in chosen.items() if values}


def readable(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return those of `values` that the facet `name` understands, each once."""
    understood = _UNDERSTOOD.get(name, bool)
    # A NUL cannot even be asked for.
    kept = dict.fromkeys(value for value in values if "\0" not in value and understood(value))
    return tuple(kept)[:MOST_VALUES]


def years_of(value: str) -> tuple[int, int] | None:
    """Read "1880-1889"."""
    match = _YEARS.fullmatch(value)
    return (int(match[1]), int(match[2])) if match else None


def prices_of(value: str) -> tuple[str, Decimal | None, Decimal | None] | None:
    """Read "EUR100-499.99", "100-" or "-500": currency ("" for any), least, most."""
    match = _PRICES.fullmatch(value)
    if not match or not (match[2] or match[3]):
        return None
    least, most = (Decimal(part) if part else None for part in (match[2], match[3]))
    return match[1] or "", least, most


def _one_of(column: str) -> Callable[[tuple[str, ...]], Condition]:
    return lambda values: Condition(f"{column} = ANY(%s)", (values,))


def _artist(slugs: tuple[str, ...]) -> Condition:
    return Condition(
        "s.artist_id = ANY(SELECT id FROM catalog_artist WHERE slug = ANY(%s))", (slugs,)
    )


def _period(values: tuple[str, ...]) -> Condition:
    spans = [span for value in values if (span := years_of(value))]
    return _any("s.year BETWEEN %s AND %s" for _ in spans)(tuple(y for span in spans for y in span))


def _price(values: tuple[str, ...]) -> Condition:
    parts, params = [], []
    for currency, least, most in filter(None, map(prices_of, values)):
        terms = ["s.price >= %s", "s.price <= %s", "s.currency = %s"]
        given = [(t, v) for t, v in zip(terms, (least, most, currency or None), strict=True)]
        parts.append(" AND ".join(term for term, value in given if value is not None))
        params += [value for _, value in given if value is not None]
    return _any(parts)(tuple(params))


def _size(values: tuple[str, ...]) -> Condition:
    bounds = [bound for value in values for bound in SIZES[value][1:]]
    part = "s.longest_cm >= %s AND s.longest_cm < %s"
    return _any(part for _ in values)(tuple(bounds))


def _any(parts: Iterable[str]) -> Callable[[tuple[Any, ...]], Condition]:
    sql = " OR ".join(f"({part})" for part in parts)
    # What is not known (NULL) fails: counts add up conditions as numbers.
    return lambda params: Condition(f"coalesce({sql}, false)", params)


_OF_FACET: Final[Mapping[str, Callable[[tuple[str, ...]], Condition]]] = {
    "style": _one_of("s.style"),
    "medium": _one_of("s.medium"),
    "artist": _artist,
    "period": _period,
    "price": _price,
    "size": _size,
    "orientation": _one_of("s.orientation"),
    "colour": lambda values: Condition("s.colours && %s::varchar[]", (values,)),
    "availability": _one_of("s.availability"),
}
NAMES: Final = tuple(_OF_FACET)
"""The facets, in the order they are offered."""
_UNDERSTOOD: Final[Mapping[str, Callable[[str], Any]]] = {
    "period": years_of,
    "price": prices_of,
    "size": SIZES.__contains__,
    "orientation": ORIENTATIONS.__contains__,
    "colour": FAMILIES.__contains__,
    "availability": Artwork.Availability.values.__contains__,
}
