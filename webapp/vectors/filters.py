"""Which works may answer a query: the visitor's filters as one SQL condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from webapp.catalog.conditions import Condition, among

VISIBLE: Final = "a.state = 'visible'"
_LONGEST_SIDE: Final = "greatest(a.width_cm, a.height_cm, a.depth_cm)"  # NULLs do not count
_HAS_COLOUR: Final = (
    "EXISTS (SELECT FROM catalog_artworkimage i"
    " WHERE i.artwork_id = a.id AND i.colours && %s::varchar[])"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a work must be. Empty means anything; values of one filter are alternatives.

    A work whose price or size is unknown matches no bound on it. Hashable, so counts of matches
    can be cached by it.
    """

    styles: tuple[str, ...] = ()
    artists: tuple[int, ...] = ()
    """Artist ids."""
    colours: tuple[str, ...] = ()
    """Names of colour families, at least one of which the picture has."""
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str = ""
    """Prices of other currencies do not match; empty compares bare numbers."""
    min_cm: Decimal | None = None
    """Bounds of the longest side."""
    max_cm: Decimal | None = None
    availability: tuple[str, ...] = ()
    one_of_a_kind: bool | None = None
    also: Condition | None = None
    """What a search asks for besides."""

    def where(self) -> tuple[str, list[Any]]:
        """Return a condition on catalog_artwork AS a and its parameters; only visible works."""
        terms = [VISIBLE]
        params: list[Any] = []
        for term, value in self._terms():
            if value not in ((), None, ""):
                terms.append(term)
                params.append(_plain(value))
        if self.also:
            terms.append(among(self.also, "a.id").sql)
            params += self.also.arguments
        return " AND ".join(terms), params

    def _terms(self) -> Sequence[tuple[str, Any]]:
        return (
            ("a.style = ANY(%s)", self.styles),
            ("a.artist_id = ANY(%s::bigint[])", self.artists),
            ("a.availability = ANY(%s)", self.availability),
            ("a.one_of_a_kind = %s", self.one_of_a_kind),
            ("a.currency = %s", self.currency),
            ("a.price >= %s", self.price_min),
            ("a.price <= %s", self.price_max),
            (f"{_LONGEST_SIDE} >= %s", self.min_cm),
            (f"{_LONGEST_SIDE} <= %s", self.max_cm),
            (_HAS_COLOUR, self.colours),
        )


def _plain(value: Any) -> Any:
    """Turn tuples into arrays and choices into their text; psycopg would send a member's name."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
