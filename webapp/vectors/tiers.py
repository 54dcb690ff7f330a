"""Nearest neighbours in tiers: first all of one condition, then all of the next, each nearest
first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from webapp.catalog.conditions import Condition, all_of
from webapp.vectors.encoding import check_rows, to_text
from webapp.vectors.models import Space
from webapp.vectors.statements import scored_columns


def nearest_in_tiers(
    space: Space,
    query: NDArray[Any],
    tiers: Sequence[Condition],
    conditions: Sequence[Condition] = (),
    *,
    limit: int,
) -> list[tuple[int, int]]:
    """Return the `limit` visible works of the first tiers, and in which each is, from 0.

    Args:
        space: Orders the works of a tier; those without a vector come last in it.
        query: (dim,) numbers.
        tiers: On search entries. A work is in the first one that it fulfils; works that fulfil none
            do not come.
        conditions: What each work must fulfil besides.
        limit: How many; fewer come only when fewer fulfil any tier.

    Equal scores by id. Distances are taken only in tiers that are reached: one walk over the
    entries, then as many vectors as these tiers have.

    Raises:
        ShapeError: If the query has another dimension, is not finite or all zeros.
    """
    half = check_rows(np.asarray(query)[None], rows=None, dim=space.dim, what="Query vectors")
    if limit <= 0 or not tiers:
        return []
    matching = all_of(conditions)
    cases = " ".join(f"WHEN ({tier.sql}) THEN {place}" for place, tier in enumerate(tiers))
    sql = f"""
        WITH kin AS MATERIALIZED (SELECT * FROM (
            SELECT s.artwork_id, CASE {cases} END AS tier
            FROM catalog_searchentry s WHERE {matching.sql}
        ) AS m WHERE tier IS NOT NULL), reached AS (
            SELECT tier FROM (
                SELECT tier, sum(count(*)) OVER (ORDER BY tier) - count(*) AS before
                FROM kin GROUP BY tier
            ) AS t WHERE before < %s
        )
        SELECT k.artwork_id, k.tier FROM kin k LEFT JOIN vectors_vector v
            ON v.space_id = {int(space.pk)} AND v.artwork_id = k.artwork_id
        WHERE k.tier IN (SELECT tier FROM reached)
        ORDER BY k.tier, {scored_columns(space, "v.values")} <#> %s::halfvec, k.artwork_id
        LIMIT %s"""  # noqa: S608 - values are parameters
    text = to_text(half[0, : space.scored])
    params = [value for tier in tiers for value in tier.arguments]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *matching.arguments, limit, text, limit])
        return [(pk, tier) for pk, tier in cursor.fetchall()]
