"""What was looked at in the same visits as a work, by counting: what is shown without a model.

The cosine of the visitors of two works, of visits cut as everywhere (`webapp.feed.visits`). Counted
are the newest visitors of the work, one visit of each; and nothing that fewer than `LEAST` of them
looked at, so that no row of pictures is the trail of one person.
"""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.db import connection

from webapp.feed.visits import PAUSE, STEPS

VISITORS: Final = 200
LEAST: Final = 2
KEPT_SECONDS: Final = 600
_LIMIT: Final = 60
_AROUND: Final = 6 * PAUSE

_COUNT: Final = """
WITH visitor AS (
    SELECT visitor_id, max(time) AS moment FROM feed_event
    WHERE artwork_id = %(artwork)s AND kind = ANY(%(kinds)s) AND undone IS NULL AND muted IS NULL
    GROUP BY visitor_id ORDER BY moment DESC LIMIT %(visitors)s
), step AS (
    SELECT e.visitor_id, e.artwork_id, e.time,
        e.time - lag(e.time) OVER (PARTITION BY e.visitor_id ORDER BY e.time, e.id) AS pause
    FROM visitor v JOIN feed_event e ON e.visitor_id = v.visitor_id
        AND e.kind = ANY(%(kinds)s)
        AND e.time BETWEEN v.moment - %(around)s::interval AND v.moment + %(around)s::interval
    WHERE e.undone IS NULL AND e.muted IS NULL
), numbered AS (
    SELECT visitor_id, artwork_id, time, count(*) FILTER (WHERE pause > %(pause)s::interval)
        OVER (PARTITION BY visitor_id ORDER BY time ROWS UNBOUNDED PRECEDING) AS number
    FROM step
), together AS (
    SELECT n.artwork_id, count(DISTINCT n.visitor_id) AS people
    FROM numbered n
    WHERE n.artwork_id <> %(artwork)s AND EXISTS (
        SELECT FROM numbered m JOIN visitor v USING (visitor_id)
        WHERE m.visitor_id = n.visitor_id AND m.number = n.number
            AND m.artwork_id = %(artwork)s AND m.time = v.moment
    )
    GROUP BY n.artwork_id HAVING count(DISTINCT n.visitor_id) >= %(least)s
)
SELECT t.artwork_id, t.people / sqrt((
    SELECT count(DISTINCT e.visitor_id) FROM feed_event e
    WHERE e.artwork_id = t.artwork_id AND e.kind = ANY(%(kinds)s) AND e.undone IS NULL
)) AS likeness
FROM together t ORDER BY likeness DESC, t.artwork_id LIMIT %(limit)s
"""


def looked_at_with(artwork_id: int) -> list[int]:
    """Return the works that visitors of a work looked at in the same visit, the nearest first.

    Counted at most once in ten minutes; whether they may be shown is for the caller to ask.
    """

    def count() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                _COUNT,
                {
                    "artwork": artwork_id,
                    "kinds": [kind.value for kind in STEPS],
                    "visitors": VISITORS,
                    "around": f"{_AROUND.total_seconds()} seconds",
                    "pause": f"{PAUSE.total_seconds()} seconds",
                    "least": LEAST,
                    "limit": _LIMIT,
                },
            )
            return [pk for pk, _ in cursor.fetchall()]

    return cache.get_or_set(f"feed.covisits.{artwork_id}", count, KEPT_SECONDS) or []
