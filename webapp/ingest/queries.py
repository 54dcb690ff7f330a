"""Read side of ingest. Nothing in this module writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.ingest.models import AS_NAMED, Batch, Change, Item, Notice, Sheet

PACE: Final = timedelta(minutes=1)
FEWEST: Final = 3
"""Files that must have ended for a pace to be told."""
MAX_WORDS: Final = 8
_WORD: Final = re.compile(r'"([^"]+)"|[^\s"]+')
UNDER_WAY: Final = (Item.State.WANTED, Item.State.RECEIVED, Item.State.STORED)
"""States from which a file still goes on by itself."""


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
    draft: int
    """Held back from visitors."""
    deleted: int
    duplicate: int
    refused: int
    failed: int

    @property
    def settled(self) -> int:
        """Files whose story has ended."""
        ended = self.visible + self.draft + self.deleted
        return ended + self.duplicate + self.refused + self.failed

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


def story(batch: Batch, *, state: str = "", words: str = "") -> QuerySet[Item]:
    """Return the items of a batch in the order of their names, with what a page shows of their
    works.

    `words` are looked for in the file's name and in title, artist and inventory number of its work,
    each for itself, or together where they stand in quotes.
    """
    items = Item.objects.filter(batch=batch).order_by(AS_NAMED, "pk")
    items = items.select_related("artwork__artist", "artwork__image")
    if state:
        items = items.filter(state=state)
    for word in _words(words):
        items = items.filter(
            Q(name__icontains=word)
            | Q(artwork__title__icontains=word)
            | Q(artwork__artist__name__icontains=word)
            | Q(artwork__accession_number__icontains=word)
        )
    return items


def _words(text: str) -> list[str]:
    found = (match[1] or match[0] for match in _WORD.finditer(text.replace("\0", "")))
    return list(found)[:MAX_WORDS]


def pace(batch: Batch) -> float | None:
    """Return how many files of a batch ended in a second, over the last minute.

    Files end many at once, with waits between: so what counts is the whole minute, or since the
    first of them came in. None while too few have ended to tell.
    """
    now = timezone.now()
    ended = Item.objects.filter(batch=batch, finished__gt=now - PACE)
    found = ended.aggregate(count=Count("pk"), first=Min("created"))
    if found["count"] < FEWEST:
        return None
    seconds: float = (now - max(now - PACE, found["first"])).total_seconds()
    rate: float = found["count"] / max(1.0, seconds)
    return rate


def recent_batches(count: int = 10) -> QuerySet[Batch]:
    """Return the newest batches with `total`, `settled` and `bad` counted."""
    # Chosen first: else the files of all batches there ever were would be counted.
    newest = Batch.objects.order_by("-pk").values("pk")[:count]
    return (
        Batch.objects.filter(pk__in=newest)
        .select_related("user")
        .annotate(
            total=Count("items"),
            settled=Count("items", filter=~Q(items__state__in=UNDER_WAY)),
            bad=Count("items", filter=Q(items__state__in=[Item.State.REFUSED, Item.State.FAILED])),
        )
        .order_by("-pk")
    )


def deleted_batches() -> QuerySet[Any, Any]:
    """Return the batches that were deleted as a whole, as a subquery; undone ones are back."""
    deleted = Change.objects.filter(kind=Change.Kind.DELETE, whole=True, undone=None)
    return deleted.values("batch")


def is_deleted(batch: Batch) -> bool:
    """Tell whether a batch was deleted as a whole, with what is still on its way."""
    return deleted_batches().filter(batch=batch).exists()


def changes(batch: Batch, count: int = 5) -> list[Change]:
    """Return what was last done to many works of a batch at once."""
    return list(Change.objects.filter(batch=batch).select_related("user")[:count])


def sheets(batch: Batch) -> QuerySet[Sheet]:
    """Return the metadata tables of a batch without their rows."""
    return Sheet.objects.filter(batch=batch).defer("rows")


def notices(user: User, count: int = 50) -> QuerySet[Notice]:
    """Return what somebody was told of their batches, newest first."""
    return Notice.objects.filter(user=user)[:count]


def obstacle(batch: Batch) -> str:
    """Return why checked works of a batch cannot be embedded at present, or ""."""
    waiting = Item.objects.filter(batch=batch, state=Item.State.STORED)
    reasons = waiting.exclude(artwork__state_reason="").exclude(artwork=None)
    return reasons.values_list("artwork__state_reason", flat=True).first() or ""
