"""Who guesses passwords must wait: a limit per account, per address, and per both together.

Counted before the password is looked at, in one statement, so that a hundred guesses at once are
no more than one after the other. A right one takes its count back. The limit of an account alone
is the widest, for whoever reaches it locks its owner out as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final

from django.db.models import F
from django.utils import timezone

from webapp.accounts import counting
from webapp.accounts.counting import WHILE
from webapp.accounts.models import Guesses
from webapp.clients import network

PER_ADDRESS: Final = 50
PER_ACCOUNT: Final = 100
PER_BOTH: Final = 10


@dataclass(frozen=True, slots=True)
class Guess:
    """One try to sign in."""

    keys: tuple[str, ...]
    """What it was counted under, the pair last."""
    wait_minutes: int
    """0 if the password may be looked at."""


def begin(name: str, address: str) -> Guess:
    """Count a try, and tell whether it may be made."""
    counting.forget_old()
    name, address = name.strip().casefold(), network(address)
    limits = [
        (counting.key_of("address", address), PER_ADDRESS),
        (counting.key_of("both", f"{address} {name}"), PER_BOTH),
        (counting.key_of("account", name), PER_ACCOUNT),
    ]
    counted = []
    for key, limit in limits:
        counted.append(key)
        if wait := _count(key, limit):  # and leave the others alone: no row per invented name
            return Guess(tuple(counted), wait)
    return Guess(tuple(counted), 0)


def forgive(guess: Guess) -> None:
    """Take back the count of a try that was right, and those that led to it from there."""
    address, both, account = guess.keys
    Guesses.objects.filter(key=both).delete()
    Guesses.objects.filter(key__in=(address, account), count__gt=0).update(count=F("count") - 1)


def _count(key: str, limit: int) -> int:
    """Add one; return for how many minutes there is to wait, 0 for none."""
    count, since = counting.add(key)
    if count <= limit:
        return 0
    left: timedelta = since + WHILE - timezone.now()
    return max(1, ceil(left / timedelta(minutes=1)))
