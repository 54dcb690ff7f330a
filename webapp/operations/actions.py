"""Write side of operations: signs of life, and what tasks took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db.models import F
from django.db.models.functions import Now

from webapp.operations.models import Tally, Worker

FORGOTTEN: Final = timedelta(days=1)
"""A worker that was not seen for so long is not expected back."""


def give_sign(name: str, queues: Sequence[str]) -> None:
    """Say that a worker lives, by the database's clock."""
    rows = Worker.objects.filter(name=name)
    if not rows.update(queues=list(queues), seen=Now()):
        Worker.objects.bulk_create(
            [Worker(name=name, queues=list(queues), seen=Now())], ignore_conflicts=True
        )
        Worker.objects.filter(seen__lt=Now() - FORGOTTEN).delete()


def leave(name: str) -> None:
    """Say that a worker ends by its own will."""
    Worker.objects.filter(name=name).delete()


def tally(task: str, outcome: str, seconds: float) -> None:
    """Add one run of a task."""
    rows = Tally.objects.filter(task=task, outcome=outcome)
    grown = {"count": F("count") + 1, "seconds": F("seconds") + seconds}
    if not rows.update(**grown):
        Tally.objects.get_or_create(task=task, outcome=outcome)
        rows.update(**grown)
