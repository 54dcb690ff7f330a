"""Nearest neighbours and the vectors themselves. The only readers of pgvector."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from webapp.vectors import routing, statements
from webapp.vectors.encoding import check_rows, from_binary, to_text
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space
from webapp.vectors.session import local_settings


class Neighbour(NamedTuple):
    """A work and its inner product with the query."""

    artwork_id: int
    score: float


def live_space(purpose: str = "look") -> Space | None:
    """Return the space that serves `purpose`, without transform and head. One query."""
    live = Space.objects.filter(purpose=purpose, state=Space.State.LIVE)
    return live.defer("transform", "head").first()


def nearest(
    space: Space,
    query: NDArray[Any],
    *,
    limit: int,
    filters: Filters = Filters(),  # noqa: B008 - immutable
    exclude: Collection[int] = (),
) -> list[Neighbour]:
    """Return the `limit` visible works with the largest inner product with `query`.

    Args:
        space: Where to look.
        query: (dim,) numbers; rounded to half floats as the stored vectors are. Of them only the
            first `space.scored` count.
        limit: How many. Fewer come back only when fewer match.
        filters: What they must be.
        exclude: Artwork ids that must not be among them.

    Best first, equal scores by id.

    Raises:
        ShapeError: If the query has another dimension, is not finite or all zeros.
    """
    query = np.asarray(query)
    return nearest_many(space, query[None], limit=limit, filters=filters, exclude=exclude)[0]


def nearest_many(
    space: Space,
    queries: NDArray[Any],
    *,
    limit: int,
    filters: Filters = Filters(),  # noqa: B008 - immutable
    exclude: Collection[int] = (),
) -> list[list[Neighbour]]:
    """Return what `nearest` returns for each row of `queries` (P, dim), in one round trip."""
    half = check_rows(queries, rows=None, dim=space.dim, what="Query vectors")
    if limit <= 0 or not len(half):
        return [[] for _ in half]
    excluded = sorted({int(pk) for pk in exclude})
    way = routing.route(space, limit=limit, filters=filters, excluded=len(excluded))
    found = search(space, way, half, limit=limit, filters=filters, excluded=excluded)
    # The iterative scan of an index has an end; whoever reached it gets the exact answer instead.
    short = [number for number, hits in enumerate(found) if len(hits) < limit]
    if short and way.index != "exact":
        again = search(
            space, routing.EXACT, half[short], limit=limit, filters=filters, excluded=excluded
        )
        for number, hits in zip(short, again, strict=True):
            found[number] = hits
    return found


def nearest_to_any(
    space: Space,
    queries: NDArray[Any],
    *,
    limit: int,
    filters: Filters = Filters(),  # noqa: B008 - immutable
    exclude: Collection[int] = (),
) -> list[Neighbour]:
    """Return the `limit` visible works whose largest product with a row of `queries` is largest.

    The same works as the best of `nearest_many`'s lists, without making the lists: where no index
    is worth its while, ten queries cost little more than one. Arguments, order and errors as there.
    """
    half = check_rows(queries, rows=None, dim=space.dim, what="Query vectors")
    if limit <= 0 or not len(half):
        return []
    excluded = sorted({int(pk) for pk in exclude})
    way = routing.route(
        space, limit=limit, filters=filters, excluded=len(excluded), queries=len(half)
    )
    if way.index == "exact":
        texts = [to_text(row) for row in half[:, : space.scored]]
        statement = statements.nearest_to_any(space, texts, limit, filters, excluded)
        return _fetch(statement, 1)[0]
    lists = nearest_many(space, queries, limit=limit, filters=filters, exclude=exclude)
    best: dict[int, float] = {}
    for artwork_id, score in (hit for hits in lists for hit in hits):
        best[artwork_id] = max(score, best.get(artwork_id, -np.inf))
    hits = sorted(best.items(), key=lambda hit: (-hit[1], hit[0]))
    return [Neighbour(*hit) for hit in hits[:limit]]


def search(
    space: Space,
    way: routing.Route,
    half: NDArray[np.float16],
    *,
    limit: int,
    filters: Filters = Filters(),  # noqa: B008 - immutable
    excluded: Sequence[int] = (),
) -> list[list[Neighbour]]:
    """Go one way, chosen by the caller, with no net under it: (P, dim) queries to P lists."""
    texts = [to_text(row) for row in half[:, : space.scored]]
    if way.index == "exact":
        return _fetch(statements.exact(space, texts, limit, filters, excluded), len(texts))
    with local_settings(way.settings):
        return _fetch(
            statements.indexed(space, way.index, texts, limit, filters, excluded), len(texts)
        )


def vectors_of(
    space: Space, artwork_ids: Collection[int]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the ids among `artwork_ids` that have a vector in `space`, ascending, and the vectors.

    Shapes (n,) and (n, dim). Whether a work is visible does not matter: a like still counts after
    the work was withdrawn. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT artwork_id, halfvec_send(values) FROM vectors_vector"
            " WHERE space_id = %s AND artwork_id = ANY(%s::bigint[]) ORDER BY artwork_id",
            [space.pk, [int(pk) for pk in artwork_ids]],
        )
        rows = cursor.fetchall()
    ids = np.array([pk for pk, _ in rows], dtype=np.int64)
    return ids, from_binary((values for _, values in rows), space.dim)


def _fetch(statement: tuple[str, Sequence[Any]], count: int) -> list[list[Neighbour]]:
    found: list[list[Neighbour]] = [[] for _ in range(count)]
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        for number, artwork_id, distance in cursor.fetchall():
            found[number - 1].append(Neighbour(artwork_id, -distance))
    return found
