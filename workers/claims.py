"""Rows are claimed before they are worked on, so that no two workers do the same.

A claim is a lease in the row itself. Whoever works extends it as it goes; when a worker dies, the
lease runs out and the row is free again. Each claim counts as an attempt. Rows whose claim was
lost before are claimed alone from then on: a file that kills its worker takes no neighbours with
it, and is given up after `MAX_ATTEMPTS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

LEASE: Final = timedelta(seconds=30)
"""Longer than one picture takes. Too short costs only work done twice, never a wrong row."""
MAX_ATTEMPTS: Final = 3


def free() -> Q:
    """Rows that nobody holds, by the database's clock."""
    return Q(claimed_until=None) | Q(claimed_until__lt=Now())


def to_do() -> Q:
    """Rows that can be claimed: nobody holds them, and they have attempts left."""
    return free() & Q(attempts__lt=MAX_ATTEMPTS)


@transaction.atomic
def claim(rows: models.QuerySet[Any], *, limit: int) -> list[int]:
    """Claim up to `limit` of the waiting `rows` and return their ids, oldest first.

    `rows` are of a model with `claimed_until` and `attempts`. Rows that have used up their
    attempts are left for `exhausted`.
    """
    waiting = rows.filter(to_do()).order_by("attempts", "pk")
    locked = waiting.select_for_update(skip_locked=True, of=("self",))
    found = list(locked.values_list("pk", "attempts")[:limit])
    if not found:
        return []
    fresh = [pk for pk, attempts in found if attempts == 0]
    ids = fresh or [found[0][0]]
    rows.model._default_manager.filter(pk__in=ids).update(
        claimed_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    return ids


def extend(model: type[models.Model], ids: Iterable[int]) -> None:
    """Say that these rows are still being worked on."""
    rows = model._default_manager.filter(pk__in=list(ids), claimed_until__isnull=False)
    rows.update(claimed_until=Now() + LEASE)


def release(model: type[models.Model], ids: Iterable[int]) -> None:
    """Give rows back that this worker did not get to, at no attempt."""
    rows = model._default_manager.filter(pk__in=list(ids), claimed_until__isnull=False)
    rows.update(claimed_until=None, attempts=Greatest(F("attempts") - 1, 0))


def exhausted(rows: models.QuerySet[Any]) -> list[int]:
    """Return ids of the waiting `rows` that nobody holds and that are not tried again."""
    spent = rows.filter(free(), attempts__gte=MAX_ATTEMPTS)
    return list(spent.order_by("pk").values_list("pk", flat=True))
