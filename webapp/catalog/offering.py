"""The counts of facets, as what somebody can choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.catalog.colours import FAMILIES
from webapp.catalog.conditions import NAMES, ORIENTATIONS, SIZES, Chosen, prices_of, years_of
from webapp.catalog.facets import PRICES, Counts
from webapp.catalog.models import Artist, Artwork
from webapp.catalog.words import COLOURS, prices, years
from webapp.catalog.words import ORIENTATIONS as ORIENTATION_WORDS

LABELS: Final = {
    "style": gettext_noop("Style"),
    "medium": gettext_noop("Medium"),
    "artist": gettext_noop("Artist"),
    "period": gettext_noop("Period"),
    "price": gettext_noop("Price"),
    "size": gettext_noop("Size"),
    "orientation": gettext_noop("Orientation"),
    "colour": gettext_noop("Colour"),
    "availability": gettext_noop("Availability"),
}
MOST_OPTIONS: Final = 40
"""Values offered of one facet: those with most works."""
MANY_DECADES: Final = 12
"""From more decades on, centuries are offered, and the decades of the chosen one."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value a facet can be set to."""

    value: str
    label: str
    count: int | None
    """Works it shows with everything else that is chosen; None for a range of one's own among other
    values, which is not counted alone."""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to choose by."""

    name: str
    label: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> tuple[Option, ...]:
        """The options that are chosen."""
        return tuple(option for option in self.options if option.chosen)


def offered(counts: Counts, chosen: Chosen) -> tuple[Facet, ...]:
    """Dress counts for people. One query, for the names of the artists."""
    facets = []
    for name in NAMES:
        mine = chosen.get(name, ())
        options = _options(name, counts, mine)
        if options:
            facets.append(Facet(name, _(LABELS[name]), options))
    return tuple(facets)


def label(name: str, value: str) -> str:
    """Return a value in words, but for an artist's, whose name only the database knows."""
    if name == "period" and (span := years_of(value)):
        return years(*span)
    if name == "price" and (bounds := prices_of(value)):
        return prices(*bounds)
    if name == "size":
        return _(SIZES[value][0])
    if name == "availability":
        return str(Artwork.Availability(value).label).capitalize()
    words = {"colour": COLOURS, "orientation": ORIENTATION_WORDS}.get(name)
    return _(words[value]).capitalize() if words else value


def _options(name: str, found_by: Counts, chosen: tuple[str, ...]) -> tuple[Option, ...]:
    counts, labels = dict(found_by.values.get(name, {})), dict[str, str]()
    if name == "artist":
        counts, labels = _artists(counts, chosen)
    elif name == "period":
        counts = _periods(counts, chosen)
    elif name == "price":
        counts = _prices(counts)
    known: dict[str, int | None] = dict(counts)
    for value in chosen:
        known.setdefault(value, _uncounted(name, found_by, chosen))
    found = [
        Option(value, labels.get(value) or label(name, value), number, value in chosen)
        for value, number in known.items()
    ]
    order = {"size": list(SIZES), "orientation": ORIENTATIONS, "colour": FAMILIES}.get(name)
    if order:
        return tuple(sorted(found, key=lambda option: order.index(option.value)))
    if name == "period":
        return tuple(sorted(found, key=lambda option: _years_order(option.value)))
    if name == "price":
        return tuple(found)
    found.sort(key=lambda option: (not option.chosen, -(option.count or 0), option.label))
    return tuple(sorted(found[:MOST_OPTIONS], key=lambda option: option.label.casefold()))


def _uncounted(name: str, found_by: Counts, chosen: tuple[str, ...]) -> int | None:
    """How many works a chosen value shows that no group stands for."""
    if name not in ("period", "price"):
        return 0
    return found_by.total if len(chosen) == 1 else None


def _artists(
    counts: Mapping[str, int], chosen: tuple[str, ...]
) -> tuple[dict[str, int], dict[str, str]]:
    most = sorted(counts, key=lambda pk: -counts[pk])[:MOST_OPTIONS]
    known = Artist.objects.filter(pk__in=most) | Artist.objects.filter(slug__in=chosen)
    artists = list(known) if most or chosen else []
    return (
        {artist.slug: counts.get(str(artist.pk), 0) for artist in artists},
        {artist.slug: artist.name for artist in artists},
    )


def _periods(decades: Mapping[str, int], chosen: tuple[str, ...]) -> dict[str, int]:
    by_decade = {(10 * int(d), 10 * int(d) + 9): number for d, number in decades.items()}
    if len(by_decade) <= MANY_DECADES:
        return {f"{first}-{last}": number for (first, last), number in by_decade.items()}
    centuries: defaultdict[tuple[int, int], int] = defaultdict(int)
    for (first, _last), number in by_decade.items():
        start = first // 100 * 100
        centuries[start, start + 99] += number
    spans = [span for value in chosen if (span := years_of(value))]
    for (first, last), number in by_decade.items():
        if any(start <= last and first <= end for start, end in spans):
            centuries[first, last] = number
    return {f"{first}-{last}": number for (first, last), number in centuries.items()}


def _years_order(value: str) -> tuple[int, int]:
    first, last = years_of(value) or (0, 0)
    return first, -last


def _prices(bands: Mapping[str, int]) -> dict[str, int]:
    borders = [0, *PRICES]
    found = {}
    for currency, place in sorted((key[:-1], int(key[-1])) for key in bands):
        last = place == len(PRICES)
        most = "" if last else f"{borders[place + 1] - Decimal('0.01')}"
        found[f"{currency}{borders[place]}-{most}"] = bands[f"{currency}{place}"]
    return found
