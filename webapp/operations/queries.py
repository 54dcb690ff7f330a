"""Read side of operations: how many rows are in which state, and who works on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, ExpressionWrapper, F, Min, fields
from django.db.models.functions import Now

from webapp.catalog.models import Artwork
from webapp.feed.models import Replay
from webapp.ingest.models import Item
from webapp.lab.models import Promotion, Run
from webapp.operations.models import Worker

KINDS: Final[dict[str, Any]] = {
    "item": Item,
    "artwork": Artwork,
    "run": Run,
    "promotion": Promotion,
    "replay": Replay,
}
"""Rows that are work."""
WAITING: Final[dict[str, tuple[str, ...]]] = {
    "item": (Item.State.WANTED, Item.State.RECEIVED, Item.State.STORED),
    "run": (Run.State.QUEUED,),
    "promotion": (Promotion.State.QUEUED,),
    "replay": (Replay.State.QUEUED,),
}
"""States in which nobody has begun."""


@dataclass(frozen=True, slots=True)
class Alive:
    """A worker, and how long ago it gave a sign."""

    name: str
    queues: tuple[str, ...]
    seconds: float


def states() -> dict[tuple[str, str], int]:
    """Count the rows of each kind in each state, also those in which there is none."""
    found = {(kind, str(state)): 0 for kind, model in KINDS.items() for state in model.State.values}
    for kind, model in KINDS.items():
        rows = model.objects.order_by().values_list("state").annotate(Count("pk"))
        found |= {(kind, state): count for state, count in rows}
    return found


def oldest_waiting() -> dict[str, float]:
    """Return for how many seconds the longest waiting row of each kind has; 0 where none does."""
    return {kind: _age(KINDS[kind], states) for kind, states in WAITING.items()}


def workers() -> list[Alive]:
    """Return who gave a sign lately, by the database's clock. One query."""
    age = ExpressionWrapper(Now() - F("seen"), output_field=fields.DurationField())
    rows = Worker.objects.annotate(age=age)
    return [Alive(row.name, tuple(row.queues), row.age.total_seconds()) for row in rows]


def _age(model: Any, states: tuple[str, ...]) -> float:
    since = model.objects.filter(state__in=states).aggregate(
        age=ExpressionWrapper(Now() - Min("created"), output_field=fields.DurationField())
    )["age"]
    return float(since.total_seconds()) if since else 0.0
