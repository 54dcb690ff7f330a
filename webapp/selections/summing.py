"""A selection in a few words: where it comes from, and what most of its works have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from webapp.catalog.offering import Facet
from webapp.selections.models import Selection

SHOWN: Final = ("style", "artist", "medium", "period")
MOST: Final = 5
"""Values of a facet that are shown."""


@dataclass(frozen=True, slots=True)
class Part:
    """A value and how many works have it."""

    label: str
    count: int
    share: float
    """Of the largest of its facet, for its bar."""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A facet with its most frequent values."""

    label: str
    parts: tuple[Part, ...]
    more: int


def facts(offered: Sequence[Facet]) -> list[Fact]:
    """Return the facets that tell most of a selection."""
    found = {facet.name: facet for facet in offered}
    return [_fact(found[name]) for name in SHOWN if name in found]


def colours(offered: Sequence[Facet]) -> tuple[Part, ...]:
    """Return the colours of the works, in the order of the spectrum."""
    found = next((facet for facet in offered if facet.name == "colour"), None)
    options = found.options if found else ()
    most = max((option.count or 0 for option in options), default=1)
    return tuple(
        Part(option.label, option.count, option.count / most, option.value)
        for option in options
        if option.count
    )


def origin(selection: Selection) -> tuple[str, str]:
    """Return where a selection comes from, in words, and the address of that, if it has one."""
    label = selection.get_source_display()
    about = selection.origin
    if search := about.get("search"):
        query = str(search).partition("?")[2] or str(search)
        return label, f"/browse/?{query}"
    if parts := about.get("of"):
        return f"{about.get('how', label)} of {' and '.join(map(str, parts))}", ""
    if name := about.get("name"):
        return f"{label}: {name}", ""
    return label, ""


def _fact(facet: Facet) -> Fact:
    found = sorted((option.count or 0, option.label) for option in facet.options)[::-1]
    most = found[0][0] or 1
    parts = tuple(Part(label, count, count / most) for count, label in found[:MOST] if count)
    return Fact(facet.label, parts, len(found) - len(parts))
