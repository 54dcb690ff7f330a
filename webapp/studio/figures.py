"""How the works of neighbourhoods fare with visitors: liked, shown, recommended, sold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from webapp.feed.keeping import kept
from webapp.studio.facts import SHOWN_DAYS
from webapp.studio.models import Map

SECONDS: Final = 600
"""How old figures may be."""

_SQL: Final = """
WITH liked AS (
    SELECT artwork_id, count(*) AS times,
           count(*) FILTER (WHERE list_id IS NOT NULL AND time >= %s) AS answered
    FROM feed_event WHERE kind = 'like' AND undone IS NULL GROUP BY artwork_id
), shown AS (
    SELECT artwork_id, count(*) AS times,
           count(*) FILTER (WHERE surface IN ('for-you', 'home-for-you')
                                  AND source IN ('model', 'explore')) AS recommended
    FROM feed_impression WHERE time >= %s GROUP BY artwork_id
)
SELECT p.cluster_id, count(*), coalesce(sum(l.times), 0)::bigint,
       coalesce(sum(l.answered), 0)::bigint,
       coalesce(sum(h.times), 0)::bigint, coalesce(sum(h.recommended), 0)::bigint,
       count(*) FILTER (WHERE coalesce(h.recommended, 0) > 0),
       count(*) FILTER (WHERE s.availability = 'available'),
       count(*) FILTER (WHERE s.availability = 'sold')
FROM studio_place p
JOIN catalog_searchentry s ON s.artwork_id = p.artwork_id AND s.visible
LEFT JOIN liked l ON l.artwork_id = p.artwork_id
LEFT JOIN shown h ON h.artwork_id = p.artwork_id
WHERE p.map_id = %s GROUP BY p.cluster_id
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the visible works of a neighbourhood, or of several."""

    works: int = 0
    likes: int = 0
    answered: int = 0
    """Of these, the likes given in lists that were sent to somebody, of the last `SHOWN_DAYS`."""
    shown: int = 0
    """Times one of them stood in a list that was sent to somebody, of the last `SHOWN_DAYS`."""
    recommended: int = 0
    """Of these, in For you, because the model ranked it there."""
    reached: int = 0
    """Works that the model recommended to anybody."""
    available: int = 0
    sold: int = 0


def by_leaf(found: Map) -> Mapping[int, Figures]:
    """Return the figures of the finest neighbourhoods, by their ids; some minutes old at most. One
    query at most, besides those of `kept`."""
    key = f"studio.figures.{found.pk}.{found.revision}"
    return kept(key, SECONDS, lambda: _read(found))


def total(found: Iterable[Figures]) -> Figures:
    """Return the figures of several together."""
    rows = list(found)
    return Figures(*(sum(getattr(row, each.name) for row in rows) for each in fields(Figures)))


def _read(found: Map) -> dict[int, Figures]:
    with connection.cursor() as cursor:
        since = timezone.now() - timedelta(days=SHOWN_DAYS)
        cursor.execute(_SQL, [since, since, found.pk])
        return {leaf: Figures(*numbers) for leaf, *numbers in cursor.fetchall()}
