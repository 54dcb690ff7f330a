"""From a profile to the works that a model ranks best: queries by its head, pgvector, exact merge.

Letters used in shapes: S stored columns, Q queries, C candidates.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.serving import visrank
from artrec.serving.bundle import Bundle
from webapp.feed.profile import Profile
from webapp.feed.weighing import queries_of
from webapp.metrics import stage
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

MAX_DEPTH: Final = 2_000
"""Longest list read per query; beyond it the answer is taken as it stands."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a model ranks best."""

    ids: Ints
    """(C,) artwork ids, best first."""
    scores: Floats
    """(C,) of which only the order means something."""


NONE: Final = Candidates(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


def find(
    profile: Profile,
    space: Space,
    bundle: Bundle | None,
    *,
    limit: int,
    filters: Filters,
    exclude: Collection[int] = (),
) -> Candidates:
    """Return the best `limit` works for a profile, exactly as a full scan would rank them.

    Args:
        profile: Its works without a vector in `space` do not count.
        space: Where to look.
        bundle: The head that belongs to it; None for VisRank by maximum.
        limit: How many; fewer come back only when fewer match, and none where the head can make
            nothing of the profile.
        filters: Which works may be recommended.
        exclude: Ids that may not.

    Two queries for one query vector and for the maximum of several.

    Raises:
        ArtrecError: If the head breaks down over these rows.
    """
    queries = queries_for(profile, space, bundle)
    if queries is None:
        return NONE
    top = bundle.top if bundle else 1
    with stage("search"):
        return merge(space, queries, top=top, limit=limit, filters=filters, exclude=exclude)


def queries_for(profile: Profile, space: Space, bundle: Bundle | None) -> Floats | None:
    """Return what a profile asks of `space`, (Q, S); None where the head can make nothing of it.

    Arguments and errors as of `find`. One query.
    """
    for_nobody = bundle is not None and bundle.empty_profile and not profile.works
    if not profile.works and not for_nobody:
        return None
    weights = {chosen.artwork_id: chosen.weight for chosen in profile.works}
    ids, rows = vectors.vectors_of(space, [*weights, *profile.hidden])
    place = {int(pk): row for row, pk in enumerate(ids)}
    chosen = [pk for pk in weights if pk in place]  # the profile's order, oldest first
    hidden = [pk for pk in profile.hidden if pk in place]
    if not chosen and not for_nobody:
        return None
    with stage("head"):
        return queries_of(
            bundle,
            rows[[place[pk] for pk in chosen]],
            np.array([weights[pk] for pk in chosen]),
            rows[[place[pk] for pk in reversed(hidden)]],
        )


def merge(
    space: Space,
    queries: Floats,
    *,
    top: int,
    limit: int,
    filters: Filters,
    exclude: Collection[int],
) -> Candidates:
    """Return the `limit` works with the largest mean of their `top` largest products with queries.

    Args:
        queries: (Q, S).
        top: K; 1 is the maximum, Q or more the average.

    One query for one vector, for the maximum and for the average; for other K one more and, rarely,
    deeper lists.
    """
    if top >= len(queries):  # the mean of products is the product with the mean: one list
        queries = queries.mean(axis=0, keepdims=True)
        top = 1
    if top == 1:
        hits = vectors.nearest_to_any(space, queries, limit=limit, filters=filters, exclude=exclude)
        return Candidates(
            np.array([hit.artwork_id for hit in hits], dtype=np.int64),
            np.array([hit.score for hit in hits], dtype=np.float32),
        )
    depth = limit
    while True:
        lists = vectors.nearest_many(space, queries, limit=depth, filters=filters, exclude=exclude)
        found = _rescored(space, {hit.artwork_id for hits in lists for hit in hits}, queries, top)
        # A list that was read to its end leaves nothing unseen.
        ends = [hits[-1].score if len(hits) == depth else -np.inf for hits in lists]
        bound = visrank.unseen_bound(np.array(ends, dtype=np.float32), top=top)
        settled = visrank.is_settled(found.scores, limit=limit, bound=bound)
        if settled or depth >= MAX_DEPTH:
            return Candidates(found.ids[:limit], found.scores[:limit])
        depth = min(depth * 4, MAX_DEPTH)


def _rescored(space: Space, found: Collection[int], queries: Floats, top: int) -> Candidates:
    ids, rows = vectors.vectors_of(space, found)
    if not len(ids):
        return NONE
    scores = visrank.score(rows, queries, top=top).values
    order = np.lexsort((ids, -scores))
    return Candidates(ids[order], scores[order])
