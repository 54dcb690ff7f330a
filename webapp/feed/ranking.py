"""VisRank over pgvector: the visitor's likes in, a ranked list with its evidence out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from artrec.serving import visrank
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

MAX_DEPTH: Final = 2_000
"""Longest list read per liked work; beyond it the answer is taken as it stands."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One recommendation before it is dressed for the page."""

    artwork_id: int
    score: float
    because_id: int
    """The liked work it is most like."""


def rank(
    space: Space,
    liked: Sequence[int],
    *,
    limit: int,
    top: int = 1,
    filters: Filters,
    exclude: Collection[int],
) -> list[Ranked]:
    """Return the best `limit` works for a profile, exactly as a full scan would rank them.

    Args:
        space: Where to look.
        liked: Artwork ids of the profile; those without a vector in `space` do not count.
        limit: How many; fewer come back only when fewer match.
        top: K of the average over the K largest cosines; 1 is the maximum.
        filters: Which works may be recommended.
        exclude: Ids that may not.

    Two queries for the maximum and the average; for other K one more and, rarely, deeper lists.
    """
    profile_ids, profile = vectors.vectors_of(space, liked)
    if not len(profile_ids):
        return []
    if top >= len(profile_ids):  # the average of cosines is the cosine with the mean: one list
        mean = profile.mean(axis=0)
        near = vectors.nearest(space, mean, limit=limit, filters=filters, exclude=exclude)
        return _dress(space, [hit.artwork_id for hit in near], profile_ids, profile, top, limit)

    depth = limit
    while True:
        lists = vectors.nearest_many(space, profile, limit=depth, filters=filters, exclude=exclude)
        if top == 1:
            return _merge_maximum(lists, profile_ids, limit)
        candidates = list({hit.artwork_id for hits in lists for hit in hits})
        ranked = _dress(space, candidates, profile_ids, profile, top, limit)
        ends = np.array([hits[-1].score if len(hits) == depth else -1.0 for hits in lists])
        bound = visrank.unseen_bound(ends.astype(np.float32), top=top)
        values = np.array([entry.score for entry in ranked], dtype=np.float32)
        if visrank.is_settled(values, limit=limit, bound=bound) or depth >= MAX_DEPTH:
            return ranked
        depth = min(depth * 4, MAX_DEPTH)


def _merge_maximum(
    lists: Sequence[Sequence[vectors.Neighbour]], profile_ids: np.ndarray, limit: int
) -> list[Ranked]:
    best: dict[int, Ranked] = {}
    for because_id, hits in zip(profile_ids.tolist(), lists, strict=True):
        for hit in hits:
            known = best.get(hit.artwork_id)
            if known is None or hit.score > known.score:
                best[hit.artwork_id] = Ranked(hit.artwork_id, hit.score, because_id)
    return sorted(best.values(), key=lambda entry: (-entry.score, entry.artwork_id))[:limit]


def _dress(
    space: Space,
    candidates: Sequence[int],
    profile_ids: np.ndarray,
    profile: np.ndarray,
    top: int,
    limit: int,
) -> list[Ranked]:
    """Score candidates against the whole profile and sort them."""
    ids, matrix = vectors.vectors_of(space, candidates)
    if not len(ids):
        return []
    scores = visrank.score(matrix, profile, top=top)
    order = np.lexsort((ids, -scores.values))[:limit]
    return [
        Ranked(int(ids[i]), float(scores.values[i]), int(profile_ids[scores.evidence[i]]))
        for i in order
    ]
