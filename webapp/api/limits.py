"""How much a caller may ask: a token bucket per caller, the same in all web processes.

Buckets are rows of an unlogged table, so a request costs one small statement and no write-ahead
log. A cache in each process would allow every caller as many times as there are processes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import ceil
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

MINUTE: Final = 60
_SWEEP: Final = 0.002
"""Share of requests that throw away buckets that are full again."""

# Time since, never negative: two requests at once may begin in another order than they arrive.
_TAKE: Final = """
INSERT INTO api_bucket AS b (key, remaining, at, refused)
VALUES (%(key)s, %(most)s - 1, statement_timestamp(), false)
ON CONFLICT (key) DO UPDATE SET (remaining, refused, at) = (
    SELECT CASE WHEN now_left >= 1 THEN now_left - 1 ELSE now_left END, now_left < 1,
        greatest(b.at, statement_timestamp())
    FROM (SELECT least(%(most)s::float8, b.remaining + %(most)s / 60.0
        * greatest(0, extract(epoch FROM statement_timestamp() - b.at))) AS now_left) AS filled
)
RETURNING remaining, refused
"""
_FULL: Final = "DELETE FROM api_bucket WHERE at < statement_timestamp() - interval '2 minutes'"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request was counted."""

    kind: str
    """Whose limit it is: "address", "visitor" or "token"."""
    most: int
    """Requests a minute, all at once if need be."""
    remaining: int
    refused: bool
    wait: int
    """Seconds until another request is allowed; 0 if it is already."""
    reset: int
    """Seconds until all of it is there again."""

    def headers(self) -> dict[str, str]:
        """Return the header fields that tell it."""
        told = {
            "RateLimit-Limit": str(self.most),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f"{self.most};w={MINUTE}",
        }
        return {**told, "Retry-After": str(self.wait)} if self.refused else told


def take(kind: str, name: str) -> Allowance:
    """Count a request of a caller and tell whether it is allowed. One statement."""
    most: int = settings.API_PER_MINUTE[kind]
    key = salted_hmac(f"api.limits.{kind}", name, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "most": most})
        left, refused = cursor.fetchone()
        if random.random() < _SWEEP:
            cursor.execute(_FULL)
    per_second = most / MINUTE
    return Allowance(
        kind=kind,
        most=most,
        remaining=int(left),
        refused=refused,
        wait=max(1, ceil((1 - left) / per_second)) if left < 1 else 0,
        reset=ceil((most - left) / per_second),
    )


def sweep() -> None:
    """Throw away the buckets that are full again."""
    with connection.cursor() as cursor:
        cursor.execute(_FULL)
