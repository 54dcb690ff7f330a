"""The works nearest to one, in every space side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from artrec.errors import ArtrecError
from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards
from webapp.feed import candidates
from webapp.feed.profile import of_works
from webapp.feed.served import served_by
from webapp.insight.sights import FILLED
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

SHOWN: Final = 12
SPACES: Final = 8
"""Spaces shown: those that serve, then the newest."""


@dataclass(frozen=True, slots=True)
class Near:
    """A work that is near in one space."""

    work: Artwork
    score: float
    times: int
    """In how many spaces it is among the nearest."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is near in one space."""

    space: Space
    by_look: bool
    """Whether scores are cosines; a model's have no scale."""
    works: Sequence[Near]


def rows(work: Artwork) -> list[Row]:
    """The nearest works in each space that has the work.

    In a look space those of the largest cosine; in a model's those that it would recommend to
    somebody who chose only this. Two queries or three per space.
    """
    found = [(space, hits) for space in _spaces() if (hits := _nearest(space, work))]
    times = Counter(pk for _, hits in found for pk, _ in hits)
    works = cards().in_bulk(list(times))
    return [
        Row(
            space,
            space.purpose == "look",
            [Near(works[pk], score, times[pk]) for pk, score in hits if pk in works],
        )
        for space, hits in found
    ]


def _spaces() -> list[Space]:
    filled = Space.objects.filter(state__in=FILLED).defer("transform", "head").order_by("-pk")
    return sorted(filled, key=lambda each: each.state != Space.State.LIVE)[:SPACES]


def _nearest(space: Space, work: Artwork) -> list[tuple[int, float]]:
    if space.purpose == "look":
        ids, row = vectors.vectors_of(space, [work.pk])
        if not len(ids):
            return []
        hits = vectors.nearest(space, row[0], limit=SHOWN, exclude=[work.pk])
        return [(hit.artwork_id, hit.score) for hit in hits]
    served = served_by(space.pk)
    if served is None or served.space.pk != space.pk:
        return []
    try:
        found = candidates.find(
            of_works([work.pk]),
            space,
            served.bundle,
            limit=SHOWN,
            filters=Filters(),
            exclude=[work.pk],
        )
    except ArtrecError:
        return []
    return list(zip(found.ids.tolist(), found.scores.tolist(), strict=True))
