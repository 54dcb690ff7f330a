"""The facts of two works side by side, and which of them the merged work gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from webapp.catalog.actions import UNTITLED
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.catalog.templatetags.gallery import dimensions
from webapp.catalog.words import money

FACTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "title": ("Title", ("title",)),
    "artist": ("Artist", ("artist_id",)),
    "year": ("Year", ("year",)),
    "medium": ("Medium", ("medium",)),
    "style": ("Style", ("style",)),
    "size": ("Size", ("height_cm", "width_cm", "depth_cm")),
    "price": ("Price", ("price", "currency")),
    "availability": ("Availability", ("availability",)),
    "one_of_a_kind": ("One of a kind", ("one_of_a_kind",)),
    "description": ("Description", ("description",)),
    "rights": ("Rights", ("rights",)),
    "credit_line": ("Credit line", ("credit_line",)),
    "accession_number": ("Inventory number", ("accession_number",)),
    "source_url": ("Source", ("source_url",)),
}
"""By name: what it is called, and the columns that only make sense together."""

_NOTHING: Final = frozenset({None, "", UNTITLED})


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of two works."""

    name: str
    label: str
    first: str
    second: str
    """As a page says it; empty where it is not known."""
    only: str
    """The side that alone says something; empty where both do or none."""
    chosen: str
    """Whose is suggested: "first" or "second"."""

    @property
    def differs(self) -> bool:
        return self.first != self.second


def facts_of(first: Artwork, second: Artwork, *, stays: Artwork) -> list[Fact]:
    """Return all facts, those known of either; suggested is what the one that stays says, but where
    it says nothing and the other does."""
    found, works = [], {"first": first, "second": second}
    for name, (label, columns) in FACTS.items():
        said = {side: _said(name, work) for side, work in works.items()}
        telling = [side for side, work in works.items() if not _is_nothing(work, columns)]
        only = telling[0] if len(telling) == 1 else ""
        chosen = only or ("first" if stays == first else "second")
        if any(said.values()):
            found.append(Fact(name, label, **said, only=only, chosen=chosen))
    return found


def values_of(chosen: Mapping[str, Artwork]) -> dict[str, Any]:
    """Return the columns of the facts named, each taken from its work."""
    return {
        column: getattr(work, column) for name, work in chosen.items() for column in FACTS[name][1]
    }


def _is_nothing(work: Artwork, columns: tuple[str, ...]) -> bool:
    if columns == ("artist_id",):
        return work.artist.name == UNKNOWN_ARTIST
    return getattr(work, columns[0]) in _NOTHING


def _said(name: str, work: Artwork) -> str:
    if name == "artist":
        return work.artist.name
    if name == "size":
        return dimensions(work)
    if name == "price":
        return "" if work.price is None else money(work.price, work.currency)
    if name == "availability":
        return str(work.get_availability_display())
    if name == "one_of_a_kind":
        return "yes" if work.one_of_a_kind else "no"
    value = getattr(work, name)
    return "" if value is None else str(value)
