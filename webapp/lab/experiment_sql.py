"""The sums over visitors that the results of an experiment are made of, as two statements.

Both take `experiment`, its id, and `since`, before which nothing of it was shown. The columns that
each choice adds are named after it: y is what was chosen and x what it is divided by, per visitor.

Who has seen both sides of an A/B test, as somebody may who signed in meanwhile and is another
visitor since, counts on neither: the sides must share no visitor.
"""

from __future__ import annotations

from typing import Final

KINDS: Final = {"likes": "like", "saves": "save", "purchases": "purchase"}
"""Choices that are one kind of event; clicks are any of them and views."""
_KEYS: Final = ("clicks", *KINDS)

# What was chosen of what was shown: once per work of a list and kind, however often it was done.
_ACTED: Final = """
    shown AS NOT MATERIALIZED (
        SELECT list_id, position, visitor_id, artwork_id, variant FROM feed_impression
        WHERE experiment_id = %(experiment)s AND time >= %(since)s AND visitor_id IS NOT NULL
    ),
    acted AS (
        SELECT DISTINCT s.variant, s.visitor_id, s.list_id, s.artwork_id, e.kind
        FROM shown s JOIN feed_event e
            ON e.list_id = s.list_id AND e.artwork_id = s.artwork_id
            AND e.visitor_id = s.visitor_id
        WHERE e.undone IS NULL AND e.kind IN ('view', 'like', 'save', 'purchase')
    )"""


def _count(key: str) -> str:
    return f"count(*) FILTER (WHERE kind = '{KINDS[key]}') AS {key}"


def _sums(key: str) -> str:
    return f"""
        sum(c.{key}) AS {key}_y, sum(c.{key} * c.{key}) AS {key}_yy,
        sum(c.{key} * v.x) AS {key}_xy"""


SPLIT: Final = f"""
    WITH {_ACTED},
    chosen AS (
        SELECT variant, visitor_id, count(DISTINCT (list_id, artwork_id)) AS clicks,
            {", ".join(_count(key) for key in KINDS)}
        FROM acted GROUP BY variant, visitor_id
    ),
    each AS (
        SELECT variant, visitor_id, count(*) AS x, count(DISTINCT list_id) AS lists,
            count(*) OVER (PARTITION BY visitor_id) AS sides
        FROM shown WHERE variant <> '' GROUP BY variant, visitor_id
    ),
    visitors AS (
        SELECT variant, visitor_id, x, lists FROM each WHERE sides = 1
    )
    SELECT v.variant, count(*) AS visitors, sum(v.lists) AS lists, sum(v.x) AS x,
        sum(v.x * v.x) AS xx, {", ".join(_sums(key) for key in _KEYS)}
    FROM visitors v LEFT JOIN chosen c USING (variant, visitor_id)
    GROUP BY v.variant
"""  # noqa: S608  # of constants


def _lead(key: str) -> str:
    """Works of A chosen from a list less those of B."""
    if key == "clicks":
        of = "count(DISTINCT artwork_id) FILTER (WHERE variant = '{}')"
    else:
        of = f"count(*) FILTER (WHERE kind = '{KINDS[key]}' AND variant = '{{}}')"
    return f"{of.format('a')} - {of.format('b')} AS {key}"


def _won(key: str) -> str:
    # Of a visitor: lists won by A less those won by B, and lists decided.
    return f"sum(sign({key})) AS {key}_won, sum(abs(sign({key}))) AS {key}_decided"


def _preferences(key: str) -> str:
    y, x = f"{key}_won", f"{key}_decided"
    return f"""
        count(*) FILTER (WHERE {x} > 0) AS {key}_visitors, sum({y}) AS {key}_y, sum({x}) AS {key}_x,
        sum({y} * {y}) AS {key}_yy, sum({x} * {x}) AS {key}_xx, sum({x} * {y}) AS {key}_xy"""


INTERLEAVED: Final = f"""
    WITH {_ACTED},
    lists AS (
        SELECT visitor_id, list_id, {", ".join(_lead(key) for key in _KEYS)}
        FROM acted WHERE variant <> '' GROUP BY visitor_id, list_id
    ),
    visitors AS (
        SELECT visitor_id, {", ".join(_won(key) for key in _KEYS)}
        FROM lists GROUP BY visitor_id
    ),
    preferences AS (
        SELECT {", ".join(_preferences(key) for key in _KEYS)} FROM visitors
    ),
    begun AS (
        SELECT DISTINCT ON (list_id) list_id, visitor_id, variant FROM shown
        WHERE variant <> '' ORDER BY list_id, position
    ),
    counted AS (
        SELECT count(DISTINCT visitor_id) AS visitors, count(*) AS lists,
            count(*) FILTER (WHERE variant = 'a') AS began_a,
            count(*) FILTER (WHERE variant = 'b') AS began_b
        FROM begun
    )
    SELECT counted.*, preferences.*, (SELECT count(*) FROM shown) AS shown
    FROM counted CROSS JOIN preferences
"""  # noqa: S608  # of constants
