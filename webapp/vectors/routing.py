"""Which way to the nearest neighbours: exact over what matches, or through the index.

The planner gets this wrong from about 100,000 rows on (measured at a million: a filter that one
work in a hundred passes took 1.3 s at recall .38; exact over the matches 22 ms at .999), so it is
decided here, in one place. Either way the answer has min(limit, matches) rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil, log
from typing import Final

from django.core.cache import cache
from django.db import connection

from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

EXACT_MATCHES: Final = 30_000
"""Up to this many matching works all of them are compared, whatever index exists."""
COUNT_SECONDS: Final = 60
"""How long a count of matches is believed. A stale one costs time, never rows."""
MAX_EF_SEARCH: Final = 1000  # pgvector's own limit
SHALLOW, DEEP = 20, 520
"""Depths at which an index is measured: a page of neighbours, and one after 500 seen works."""
VISITED_PER_EF: Final = 20
"""Rows HNSW compares per step of ef_search, about; IVFFlat compares the lists it probes."""
WORTH_AN_INDEX: Final = 1 / 3
"""An index that would compare more than this share of the matches saves nothing."""

# Once the index is chosen, sorting all rows instead must not look attractive. Generic plans
# of prepared statements would ignore the settings below.
_PLANNER: Final = {
    "enable_sort": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_custom_plan",
}


@dataclass(frozen=True, slots=True)
class Route:
    """How one query is answered."""

    index: str
    """"exact", "hnsw" or "ivfflat"."""
    settings: dict[str, str] = field(default_factory=dict)
    """PostgreSQL settings the statement needs."""


EXACT: Final = Route("exact")


def route(space: Space, *, limit: int, filters: Filters, excluded: int, queries: int = 1) -> Route:
    """Choose the way for `limit` neighbours with `excluded` ids left out.

    `queries` is how many vectors one pass over the matches could answer together, for each of which
    an index is walked anew. Without an index no query is spent on choosing.
    """
    if space.index == "exact":
        return EXACT
    matches = count_matches(space, filters)
    if matches - excluded <= EXACT_MATCHES:
        return EXACT
    way, visited = index_route(space, limit=limit, matches=matches, excluded=excluded)
    return way if visited * queries <= WORTH_AN_INDEX * matches else EXACT


def index_route(space: Space, *, limit: int, matches: int, excluded: int) -> tuple[Route, float]:
    """Fit the index's parameters to the depth at which `limit` allowed works are expected.

    Excluded works are what the visitor has seen, so they are counted as lying nearest. Returns
    about how many rows will be compared, too.
    """
    report = space.index_report
    rows = max(int(report["rows"]), matches)
    depth = (limit + excluded) * rows / matches
    if space.index == "hnsw":
        ef_search = min(_fitted(report["ef_search"], depth), MAX_EF_SEARCH)
        settings = {
            "hnsw.ef_search": str(ef_search),
            "hnsw.iterative_scan": "relaxed_order",
            "hnsw.max_scan_tuples": str(max(20_000, ceil(10 * depth))),
        }
        visited = float(VISITED_PER_EF * ef_search)
    else:
        lists = int(report["lists"])
        probes = min(_fitted(report["probes"], depth), lists)
        settings = {
            "ivfflat.probes": str(probes),
            "ivfflat.iterative_scan": "relaxed_order",
        }
        visited = rows * probes / lists
    return Route(space.index, settings | _PLANNER), visited


def _fitted(measured: Sequence[int], depth: float) -> int:
    """Return the parameter for `depth` from what was needed at `SHALLOW` and `DEEP`.

    A power law through both, for neighbours thin out with distance; never below the first.
    """
    shallow, deep = measured
    slope = log(deep / shallow) / log(DEEP / SHALLOW)
    needed: float = shallow * max(1.0, depth / SHALLOW) ** slope
    return ceil(round(needed, 6))


def count_matches(space: Space, filters: Filters) -> int:
    """Return how many works pass `filters`: exactly if few, as the planner estimates if many.

    Counting stops where the answer no longer matters, and is cached for `COUNT_SECONDS`.
    """
    key = f"vectors.matches.{space.pk}.{sha256(repr(filters).encode()).hexdigest()}"
    known: int | None = cache.get(key)
    if known is None:
        known = _count(filters)
        cache.set(key, known, COUNT_SECONDS)
    return known


def _count(filters: Filters) -> int:
    where, params = filters.where()
    matching = f"SELECT FROM catalog_artwork a WHERE {where}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({matching} LIMIT {EXACT_MATCHES + 1}) AS m",  # noqa: S608
            params,
        )
        counted = int(cursor.fetchone()[0])
        if counted <= EXACT_MATCHES:
            return counted
        cursor.execute(f"EXPLAIN (FORMAT JSON) {matching}", params)
        plan = cursor.fetchone()[0]
        plan = json.loads(plan) if isinstance(plan, str) else plan
        return max(counted, int(plan[0]["Plan"]["Plan Rows"]))
