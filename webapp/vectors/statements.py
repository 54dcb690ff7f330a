"""The SQL of nearest neighbours.

pgvector's `<#>` is the negated inner product, so ascending order is best first. Only the first
`Space.scored` columns are compared; queries are given as just these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

Statement = tuple[str, list[Any]]

MARKS: Final = {"hnsw": "v.artwork_id > 0", "ivfflat": "v.id > 0"}
"""Part of each kind's index predicate, and always true. A query that says it may use an index of
that kind and no other, so a candidate can be measured beside the index that serves."""


def scored_columns(space: Space, values: str = "values") -> str:
    """Write the columns of `values` that queries look at."""
    return values if space.scored == space.dim else f"subvector({values}, 1, {int(space.scored)})"


def indexed_columns(space: Space, values: str = "values") -> str:
    """Write the expression that indexes are built on: the same, with its dimension."""
    return f"({scored_columns(space, values)})::halfvec({int(space.scored)})"


def exact(
    space: Space, queries: Sequence[str], limit: int, filters: Filters, excluded: Sequence[int]
) -> Statement:
    """Compare every matching work with every query.

    The distance is written without the cast that the indexes are built on, so no index can
    answer in its place, whatever the planner thinks of it.
    """
    where, params = _matching(space, filters, excluded)
    columns = scored_columns(space, "v.values")
    matching = f"FROM vectors_vector v JOIN catalog_artwork a ON a.id = v.artwork_id WHERE {where}"
    if len(queries) == 1:  # may run in parallel
        one = f"""
            SELECT 1, v.artwork_id, {columns} <#> %s::halfvec AS distance {matching}
            ORDER BY distance, v.artwork_id LIMIT %s"""
        return one, [queries[0], *params, limit]
    # What matches is found once, not once per query.
    many = f"""
        WITH f AS MATERIALIZED (SELECT v.artwork_id, {columns} AS values {matching})
        SELECT q.number, near.artwork_id, near.distance
        FROM unnest(%s::halfvec[]) WITH ORDINALITY AS q (vector, number)
        CROSS JOIN LATERAL (
            SELECT f.artwork_id, f.values <#> q.vector AS distance FROM f
            ORDER BY distance, f.artwork_id LIMIT %s
        ) AS near
        ORDER BY q.number, near.distance, near.artwork_id"""  # noqa: S608 - values are parameters
    return many, [*params, list(queries), limit]


def nearest_to_any(
    space: Space, queries: Sequence[str], limit: int, filters: Filters, excluded: Sequence[int]
) -> Statement:
    """Compare every matching work with every query and keep its best, in one pass, in parallel."""
    where, params = _matching(space, filters, excluded)
    product = f"{scored_columns(space, 'v.values')} <#> %s::halfvec"
    sql = f"""
        SELECT 1, v.artwork_id, LEAST({", ".join([product] * len(queries))}) AS distance
        FROM vectors_vector v JOIN catalog_artwork a ON a.id = v.artwork_id WHERE {where}
        ORDER BY distance, v.artwork_id LIMIT %s"""  # noqa: S608 - values are parameters
    return sql, [*queries, *params, limit]


def indexed(
    space: Space,
    kind: str,
    queries: Sequence[str],
    limit: int,
    filters: Filters,
    excluded: Sequence[int],
) -> Statement:
    """Walk the index of `kind` until `limit` matching works are found, for each query.

    The iterative scan returns works in a roughly right order, hence the sort outside.
    """
    where, params = _matching(space, filters, excluded)
    sql = f"""
        SELECT q.number, near.artwork_id, near.distance
        FROM unnest(%s::halfvec[]) WITH ORDINALITY AS q (vector, number)
        CROSS JOIN LATERAL (
            SELECT v.artwork_id, {indexed_columns(space, "v.values")} <#> q.vector AS distance
            FROM vectors_vector v JOIN catalog_artwork a ON a.id = v.artwork_id
            WHERE {MARKS[kind]} AND {where}
            ORDER BY distance LIMIT %s
        ) AS near
        ORDER BY q.number, near.distance, near.artwork_id"""  # noqa: S608 - values are parameters
    return sql, [list(queries), *params, limit]


def _matching(space: Space, filters: Filters, excluded: Sequence[int]) -> Statement:
    where, params = filters.where()
    # The id of the space is written out: an index with a predicate needs to see it when planning.
    where = f"v.space_id = {int(space.pk)} AND {where}"
    if excluded:
        # With its type spelled out the array is hashed; without, each row walks all of it.
        where += " AND v.artwork_id <> ALL(%s::bigint[])"
        params = [*params, list(excluded)]
    return where, params
