"""What a neighbourhood consists of: artists, styles, mediums, prices and colours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db import connection
from django.db.models import F
from django.urls import reverse

from webapp.catalog.words import money
from webapp.studio.models import Place

LISTED: Final = 8
"""Artists, styles, mediums that are named."""
SAMPLED: Final = 300
"""Works whose palettes make that of a neighbourhood."""
SWATCHES: Final = 12
_BIN: Final = 14.0
"""Colours within so many units of CIELAB are taken for one."""

_SQL: Final = """
SELECT grouping(a.slug, s.style, s.medium), a.slug, min(a.name), s.style, s.medium, count(*)
FROM studio_place p
JOIN catalog_searchentry s ON s.artwork_id = p.artwork_id AND s.visible
JOIN catalog_artist a ON a.id = s.artist_id
WHERE p.cluster_id = ANY(%s::bigint[])
GROUP BY GROUPING SETS ((a.slug), (s.style), (s.medium))
ORDER BY count(*) DESC, min(a.name)
"""
_PRICES: Final = """
SELECT s.currency, min(s.price), percentile_disc(0.5) WITHIN GROUP (ORDER BY s.price),
       max(s.price), count(*)
FROM studio_place p
JOIN catalog_searchentry s ON s.artwork_id = p.artwork_id AND s.visible
WHERE p.cluster_id = ANY(%s::bigint[]) AND s.price IS NOT NULL
GROUP BY s.currency ORDER BY count(*) DESC
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Works with something in common."""

    label: str
    count: int
    share: float
    """Per cent of the largest group."""
    address: str


@dataclass(frozen=True, slots=True)
class Groups:
    """The largest groups by one fact."""

    title: str
    groups: tuple[Group, ...]
    more: int
    """Groups that are not named."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Of the works for sale in one currency."""

    low: str
    middle: str
    high: str
    count: int


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour and how much of the pictures it covers, in per cent of the strip."""

    hex: str
    share: float


def groups(leaves: Sequence[int]) -> list[Groups]:
    """Return who made the works of some neighbourhoods, in what style, of what. One query."""
    found: dict[str, list[tuple[str, str, int]]] = {"artist": [], "style": [], "medium": []}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [list(leaves)])
        for left_out, slug, name, style, medium, count in cursor.fetchall():
            # A bit for each column that the row is not grouped by.
            if left_out == 0b011:
                found["artist"].append((slug, name, count))
            elif left_out == 0b101 and style:
                found["style"].append((style, style, count))
            elif left_out == 0b110 and medium:
                found["medium"].append((medium, medium, count))
    titles = {"artist": "Artists", "style": "Styles", "medium": "Mediums"}
    return [_groups(titles[facet], facet, rows) for facet, rows in found.items() if rows]


def _groups(title: str, facet: str, rows: Sequence[tuple[str, str, int]]) -> Groups:
    most = rows[0][2]
    browse = reverse("browse")
    named = tuple(
        Group(label, count, 100 * count / most, f"{browse}?{urlencode({facet: value})}")
        for value, label, count in rows[:LISTED]
    )
    return Groups(title, named, len(rows) - len(named))


def prices(leaves: Sequence[int]) -> Prices | None:
    """Return what the works for sale cost, in the currency that most are sold in. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PRICES, [list(leaves)])
        row = cursor.fetchone()
    if row is None:
        return None
    currency, low, middle, high, count = row
    return Prices(money(low, currency), money(middle, currency), money(high, currency), count)


def palette(leaves: Sequence[int], works: int) -> list[Swatch]:
    """Return the colours that cover most of the pictures, dark to light. One query."""
    every = max(1, works // SAMPLED)
    shown = Place.objects.filter(cluster__in=leaves, artwork__entry__visible=True)
    sample = shown.annotate(turn=F("number") % every).filter(turn=0)
    shares: dict[tuple[int, ...], float] = defaultdict(float)
    best: dict[tuple[int, ...], tuple[float, str, float]] = {}
    for swatches in sample.values_list("artwork__image__palette", flat=True)[: 2 * SAMPLED]:
        for swatch in swatches:
            key = tuple(round(each / _BIN) for each in swatch["lab"])
            shares[key] += swatch["share"]
            best[key] = max(
                best.get(key, (0.0, "", 0.0)), (swatch["share"], swatch["hex"], swatch["lab"][0])
            )
    most = sorted(shares, key=lambda key: -shares[key])[:SWATCHES]
    whole = sum(shares[key] for key in most) or 1.0
    most.sort(key=lambda key: best[key][2])
    return [Swatch(best[key][1], 100 * shares[key] / whole) for key in most]
