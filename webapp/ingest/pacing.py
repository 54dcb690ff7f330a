"""Whose turn it is to ask a host: one row per host, so that all processes together are polite."""

from __future__ import annotations

from typing import Final

from django.db import connection

_TURN: Final = """
INSERT INTO ingest_hostpace AS pace (host, free_at)
VALUES (%(host)s, clock_timestamp() + make_interval(secs => %(pause)s))
ON CONFLICT (host) DO UPDATE
SET free_at = greatest(clock_timestamp(), pace.free_at) + make_interval(secs => %(pause)s)
WHERE pace.free_at <= clock_timestamp() + make_interval(secs => %(patience)s)
RETURNING extract(epoch FROM free_at - make_interval(secs => %(pause)s) - clock_timestamp())
"""
_WAIT: Final = """
SELECT extract(epoch FROM free_at - clock_timestamp()) FROM ingest_hostpace WHERE host = %(host)s
"""
_HOLD: Final = """
INSERT INTO ingest_hostpace AS pace (host, free_at)
VALUES (%(host)s, clock_timestamp() + make_interval(secs => %(pause)s))
ON CONFLICT (host) DO UPDATE
SET free_at = greatest(pace.free_at, clock_timestamp() + make_interval(secs => %(pause)s))
"""


class NotNowError(Exception):
    """The turn would come later than we care to wait. `seconds` says when."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The next turn is in {seconds:.0f} seconds.")
        self.seconds = seconds


def take_turn(host: str, *, pause: float, patience: float) -> float:
    """Take the next turn to ask `host`, and return in how many seconds it comes.

    Raises:
        NotNowError: If that is more than `patience` seconds away. No turn is taken.
    """
    values: dict[str, str | float] = {"host": host, "pause": pause, "patience": patience}
    with connection.cursor() as cursor:
        cursor.execute(_TURN, values)
        if (row := cursor.fetchone()) is not None:
            return max(0.0, float(row[0]))
        cursor.execute(_WAIT, values)
        row = cursor.fetchone()
    raise NotNowError(max(0.0, float(row[0])) if row else 0.0)


def hold(host: str, seconds: float) -> None:
    """Let nobody ask `host` for so many seconds: it said so."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"host": host, "pause": seconds})
