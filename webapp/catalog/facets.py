"""How many works each value of each facet would show, given everything else that is chosen.

One statement walks the entries that match words and palette, notes for each which chosen facets it
fails, and counts it for a facet when it fails no other: so the counts of styles regard the chosen
colour, but not the chosen style.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from webapp.catalog.conditions import (
    NAMES,
    SIZES,
    Chosen,
    Condition,
    all_of,
    of_facets,
)

PRICES: Final = (100, 250, 500, 1_000, 2_500, 5_000, 10_000)
"""Borders of the price bands."""

# What each facet groups by; colours are lists and counted apart.
_GROUPS: Final = {
    "style": "nullif(s.style, '')",
    "medium": "nullif(s.medium, '')",
    "artist": "s.artist_id::text",
    "period": "floor(s.year / 10.0)::int::text",
    "price": "s.currency || width_bucket(s.price, %s::numeric[])",
    "size": "(%s::text[])[width_bucket(s.longest_cm, %s::numeric[])]",
    "orientation": "s.orientation",
    "availability": "s.availability",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What one walk over the entries found."""

    total: int
    """Works that match everything."""
    without: Mapping[str, int]
    """For each chosen facet: works that match when it is dropped."""
    values: Mapping[str, Mapping[str, int]]
    """For each facet: works by group, see `_GROUPS`."""


def less(counts: Counts, others: Counts) -> Counts:
    """Return `counts` without the works that `others` counted."""
    return Counts(
        counts.total - others.total,
        {name: number - others.without[name] for name, number in counts.without.items()},
        {
            name: {
                value: left
                for value, number in groups.items()
                if (left := number - others.values[name].get(value, 0))
            }
            for name, groups in counts.values.items()
        },
    )


def version() -> int:
    """Return a number that grows whenever an entry changes, comes or goes. One small query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM catalog_search_version")
        return int(cursor.fetchone()[0])


def count(base: Sequence[Condition], chosen: Chosen) -> Counts:
    """Count the works that match `base` for each facet. One query."""
    wanted = of_facets(chosen)
    bits = {name: 1 << place for place, name in enumerate(wanted)}
    failed = " + ".join(f"(NOT {wanted[name].sql})::int * {bit}" for name, bit in bits.items())
    matching = all_of(base)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in _GROUPS.items())
    sets = ", ".join(f"({name}, failed)" for name in _GROUPS)
    sql = f"""
        WITH near AS MATERIALIZED (SELECT * FROM (
            SELECT {columns}, s.colours AS colours, {failed or 0} AS failed
            FROM catalog_searchentry s WHERE {matching.sql}
        ) AS m WHERE failed & (failed - 1) = 0)
        SELECT grouping({", ".join(_GROUPS)}), coalesce({", ".join(_GROUPS)}), failed, count(*)
        FROM near GROUP BY GROUPING SETS ((failed), {sets})
        UNION ALL
        SELECT -1, colour, failed, count(*) FROM near, unnest(colours) AS colour
        GROUP BY colour, failed"""  # noqa: S608
    params: list[Any] = [list(PRICES), list(SIZES), [low for _, low, _ in SIZES.values()]]
    params += [param for name in bits for param in wanted[name].arguments]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *matching.arguments])
        rows = cursor.fetchall()
    return _sorted_out(rows, bits)


def _sorted_out(
    rows: Sequence[tuple[int, str | None, int, int]], bits: Mapping[str, int]
) -> Counts:
    names = list(_GROUPS)
    # grouping() has a 1 for each column that is not grouped by, the first column highest.
    everything = (1 << len(names)) - 1
    by_mask = {everything ^ (1 << (len(names) - 1 - p)): name for p, name in enumerate(names)}
    by_mask[-1] = "colour"
    totals: defaultdict[int, int] = defaultdict(int)
    values: dict[str, dict[str, int]] = {name: {} for name in NAMES}
    for mask, value, failed, number in rows:
        if mask == everything:
            totals[failed] += number
        elif value is not None and failed in (0, bits.get(by_mask[mask], 0)):
            groups = values[by_mask[mask]]
            groups[value] = groups.get(value, 0) + number
    without = {name: totals[0] + totals[bit] for name, bit in bits.items()}
    return Counts(totals[0], without, values)
