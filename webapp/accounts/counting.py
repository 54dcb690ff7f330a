"""Counts of what comes from somebody within a while: the same in all web processes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from webapp.accounts.models import Guesses

WHILE: Final = timedelta(minutes=15)

_COUNT: Final = """
INSERT INTO accounts_guesses AS known (key, count, since) VALUES (%s, 1, now())
ON CONFLICT (key) DO UPDATE SET count = known.count + 1
RETURNING count, since
"""


def key_of(kind: str, text: str) -> str:
    """Return what is counted under: a digest that tells of no person."""
    return salted_hmac(f"accounts.guessing.{kind}", text, algorithm="sha256").hexdigest()


def add(key: str) -> tuple[int, datetime]:
    """Count once more; return how often within the while, and since when. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key])
        count, since = cursor.fetchone()
    return count, since


def forget_old() -> None:
    """Begin anew for whose while is over."""
    Guesses.objects.filter(since__lt=Now() - WHILE).delete()


def is_too_much(kind: str, text: str, *, most: int) -> bool:
    """Count something, and tell whether it is more than `most` within `WHILE`. Two statements."""
    forget_old()
    return add(key_of(kind, text))[0] > most
