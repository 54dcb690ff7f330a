"""The months of the table of impressions: made ahead, and detached when they are old."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from django.db import connection, transaction

log = logging.getLogger(__name__)

TABLE: Final = "feed_impression"
AHEAD: Final = 2
"""Months that are ready before they begin."""
_LOCK: Final = 7_205_011  # any number nobody else uses for pg_advisory_lock
_NAME: Final = re.compile(rf"{TABLE}_(\d{{4}})_(\d{{2}})")


def month_of(time: datetime) -> date:
    """Return the first day of the month a time is in, in UTC."""
    day = time.astimezone(UTC).date()
    return day.replace(day=1)


def later(month: date, by: int) -> date:
    """Return the month `by` months after another, or before it."""
    years, rest = divmod(month.month - 1 + by, 12)
    return date(month.year + years, rest + 1, 1)


@transaction.atomic
def make(months: Iterable[date]) -> None:
    """Make the partitions of these months where they are missing. Safe to repeat and to race."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for month in sorted(set(months) - attached()):
            # Values of our own making: DDL takes no parameters.
            cursor.execute(
                f"CREATE TABLE {_name(month)} PARTITION OF {TABLE} FOR VALUES"
                f" FROM ('{month} 00:00+00') TO ('{later(month, 1)} 00:00+00')"
            )


@transaction.atomic
def detach(before: date) -> list[str]:
    """Take the months before one out of the table and return the names of theirs.

    They stay in the database as tables of their own, read by nothing here any more, for the
    operator to dump and drop.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        old = [_name(month) for month in sorted(attached()) if month < before]
        for name in old:
            cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {name}")
    if old:
        log.info("impressions of %s are detached", ", ".join(old))
    return old


def attached() -> set[date]:
    """Return the months there are partitions for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass",
            [TABLE],
        )
        found = [_NAME.fullmatch(name) for (name,) in cursor.fetchall()]
    return {date(int(match[1]), int(match[2]), 1) for match in found if match}


def keep_up(*, now: datetime, keep_months: int) -> list[str]:
    """Make this month and the next ones, and detach what is older than `keep_months`."""
    current = month_of(now)
    make(later(current, step) for step in range(AHEAD + 1))
    return detach(later(current, -keep_months))


def _name(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"
