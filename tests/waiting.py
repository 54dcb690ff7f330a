"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

PATIENCE = 300.0
"""Seconds. Only says when to give up: a test that passes waits no longer than it must."""


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = PATIENCE) -> None:
    """Poll a callable until it is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)


def somebody_waits_for_a_lock() -> bool:
    """Whether another session of this database stands behind one that holds what it needs."""
    with connection.cursor() as cursor:
        # A transaction would see for ever what it saw first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])
