"""Words that tell some works from the rest of the gallery: styles, media, colours, artists.

A word is worth the share of the works that have it, times how much more often it is there than in
the whole gallery (its part of the Kullback-Leibler divergence), so that neither what all works
have nor what one of them has says anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _

from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.catalog.words import COLOURS

COUNTS_SECONDS: Final = 600
SHARE: Final = 0.12
"""Least share of all of somebody's works that a word tells of."""
GROUP_SHARE: Final = 0.34
"""The same of the works of a group."""
MORE: Final = 1.25
"""So much more often than in the gallery it must be there."""
ORDER: Final = ("style", "medium", "colour", "artist")
"""As one would say it."""
WORKS: Final = 2
"""Fewer works tell of nothing in common."""

_COUNT: Final = """
SELECT 'style', style, count(*) FROM catalog_searchentry WHERE visible AND style <> '' GROUP BY 2
UNION ALL
SELECT 'medium', medium, count(*) FROM catalog_searchentry WHERE visible AND medium <> '' GROUP BY 2
UNION ALL
SELECT 'artist', artist_id::text, count(*) FROM catalog_searchentry WHERE visible GROUP BY 2
UNION ALL
SELECT 'colour', colour, count(*)
FROM catalog_searchentry, unnest(colours) AS colour WHERE visible GROUP BY 2
UNION ALL
SELECT '', '', count(*) FROM catalog_searchentry WHERE visible
"""

Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a work, as far as words tell of it."""

    values: Mapping[tuple[str, str], tuple[str, str]]
    """By facet and value: how it is called, and its value in an address of the walls."""
    palette: tuple[tuple[str, tuple[float, float, float], float], ...]
    """Hex, CIELAB and share of each swatch."""


@dataclass(frozen=True, slots=True)
class Word:
    """Something that works have in common."""

    facet: str
    value: str
    """In an address of the walls."""
    label: str
    share: float
    """Of the works, by their weight."""
    works: tuple[int, ...]
    """Those that have it."""


def facts_of(ids: Sequence[int]) -> dict[int, Facts]:
    """Return the facts of these works, withdrawn ones included. One query."""
    rows = Artwork.objects.filter(pk__in=ids, image__isnull=False).values_list(
        "pk",
        "style",
        "medium",
        "artist_id",
        "artist__name",
        "artist__slug",
        "image__colours",
        "image__palette",
    )
    found = {}
    for pk, style, medium, artist, name, slug, colours, palette in rows:
        values = {("colour", each): (_(COLOURS.get(each, each)), each) for each in colours}
        values |= {("style", style): (style, style)} if style else {}
        values |= {("medium", medium): (medium, medium)} if medium else {}
        values |= {("artist", str(artist)): (name, slug)} if name != UNKNOWN_ARTIST else {}
        swatches = ((each["hex"], tuple(each["lab"]), max(each["share"], 0.0)) for each in palette)
        found[pk] = Facts(values, tuple(swatches))
    return found


def counts() -> Counts:
    """Return how many works of the gallery have each value, and of ("", "") how many there are.

    Counted at most once in ten minutes.
    """

    def count() -> Counts:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT)
            return {(facet, value): number for facet, value, number in cursor.fetchall()}

    return cache.get_or_set("mine.counts", count, COUNTS_SECONDS) or {}


def words_of(
    weights: Mapping[int, float],
    facts: Mapping[int, Facts],
    counts: Counts,
    *,
    most: int,
    least: float = SHARE,
) -> list[Word]:
    """Return what tells these works, by their weights, from the gallery: the `most`
    telling of what at least `least` of them have."""
    works: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for pk in weights:
        for key in facts[pk].values if pk in facts else ():
            works[key].append(pk)
    total, gallery = sum(weights.values()), max(counts.get(("", ""), 0), 1)
    worth: list[tuple[float, Word]] = []
    for key, having in works.items():
        share = sum(weights[pk] for pk in having) / total
        usual = max(counts.get(key, 0), 1) / gallery
        if len(having) >= min(WORKS, len(weights)) and share >= least and share > MORE * usual:
            label, value = facts[having[0]].values[key]
            word = Word(key[0], value, label, share, tuple(having))
            worth.append((share * log(share / usual), word))
    worth.sort(key=lambda pair: (-pair[0], pair[1].label))
    kept = [word for _worth, word in worth[:most]]
    return sorted(kept, key=lambda word: ORDER.index(word.facet))
