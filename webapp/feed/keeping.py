"""Values that are the same for everybody and dear to make: made anew by one, read by all.

When a value has grown old, the first request that notices makes it anew; all others, in this
process and in others, go on with the former one. Only where there is none yet, they wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from time import time
from typing import Final, TypeVar

from django.core.cache import cache
from django.db import connection, transaction

Value = TypeVar("Value")

LONGEST: Final = 86_400
"""Seconds after which a value that nobody asked for is forgotten."""

_locks: defaultdict[str, Lock] = defaultdict(Lock)


def kept(key: str, seconds: float, make: Callable[[], Value]) -> Value:
    """Return what `make` returned at most `seconds` ago, or what it did before that while somebody
    else is at it.

    No query while it is young; three to make it anew, besides its own.
    """
    found: tuple[Value, float] | None = cache.get(key)
    if found is None:
        with _locks[key]:
            found = cache.get(key)
            return found[0] if found else _make(key, seconds, make)
    value, until = found
    if until > time() or not _locks[key].acquire(blocking=False):
        return value
    try:
        with transaction.atomic():
            return _make(key, seconds, make) if _alone(key) else value
    finally:
        _locks[key].release()


def _make(key: str, seconds: float, make: Callable[[], Value]) -> Value:
    value = make()
    cache.set(key, (value, time() + seconds), LONGEST)
    return value


def _alone(key: str) -> bool:
    """Whether no other process makes it; holds until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"artrec.kept.{key}"])
        return bool(cursor.fetchone()[0])
