"""Read side of the lab's experiments; what they say is in `experiment_results`."""

from __future__ import annotations

from django.db.models import QuerySet

from webapp.feed.models import Experiment, Replay

_HEAVY = tuple(
    f"space_{side}__{field}"
    for side in "ab"
    for field in ("head", "transform", "version__report", "version__samples")
)


def listed() -> list[Experiment]:
    """Return all experiments with their models, newest first. One query."""
    return list(_experiments())


def one(pk: int) -> QuerySet[Experiment]:
    """Return one experiment with its models."""
    return _experiments().filter(pk=pk)


def newest_replays() -> dict[int | None, Replay]:
    """Return the newest replay of each space; None is VisRank over the look. One query."""
    rows = Replay.objects.order_by("space_id", "-pk").distinct("space_id")
    return {row.space_id: row for row in rows}


def _experiments() -> QuerySet[Experiment]:
    related = ("space_a__version", "space_b__version", "created_by", "decided_by")
    return Experiment.objects.select_related(*related).defer(*_HEAVY)
