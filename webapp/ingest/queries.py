"""Read side of ingest. Nothing in this module writes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from webapp.ingest.models import Batch, Item


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is, in files."""

    total: int
    wanted: int
    """Waiting to be fetched from a museum."""
    received: int
    """Waiting to be checked."""
    stored: int
    """Checked, waiting for the vector."""
    visible: int
    duplicate: int
    refused: int
    failed: int

    @property
    def settled(self) -> int:
        """Files whose story has ended."""
        return self.visible + self.duplicate + self.refused + self.failed

    @property
    def steps(self) -> int:
        """Steps taken, two for each file; grows whenever a worker checks or embeds anything."""
        return self.stored + 2 * self.settled

    @property
    def finished(self) -> bool:
        return self.settled == self.total


def progress(batch: Batch) -> Progress:
    """Count the files of a batch by state, in one query."""
    counts = {
        state.value: Count("pk", filter=Q(state=state))
        for state in Item.State  # every state is a field of Progress
    }
    return Progress(**Item.objects.filter(batch=batch).aggregate(total=Count("pk"), **counts))


def story(batch: Batch, *, state: str = "") -> QuerySet[Item]:
    """Return the items of a batch, with what a page shows of their works."""
    items = Item.objects.filter(batch=batch).select_related("artwork__artist", "artwork__image")
    return items.filter(state=state) if state else items


def recent_batches(count: int = 10) -> QuerySet[Batch]:
    """Return the newest batches with `total`, `settled` and `bad` counted."""
    ended = [Item.State.VISIBLE, Item.State.DUPLICATE, Item.State.REFUSED, Item.State.FAILED]
    return Batch.objects.select_related("user").annotate(
        total=Count("items"),
        settled=Count("items", filter=Q(items__state__in=ended)),
        bad=Count("items", filter=Q(items__state__in=[Item.State.REFUSED, Item.State.FAILED])),
    )[:count]


def obstacle(batch: Batch) -> str:
    """Return why checked works of a batch cannot be embedded at present, or ""."""
    waiting = Item.objects.filter(batch=batch, state=Item.State.STORED)
    reasons = waiting.exclude(artwork__state_reason="").exclude(artwork=None)
    return reasons.values_list("artwork__state_reason", flat=True).first() or ""
