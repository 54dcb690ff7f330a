"""Walks from one work to another: asked for by staff, computed by a worker, kept.

A space is never changed under its number, so a walk through it holds as long as its works do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.jobs import Job, enqueue
from webapp.selections import queries
from webapp.selections.actions import RefusedError
from webapp.selections.models import Walk
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space

STEPS: Final = (8, 12, 20, 32)
USUAL: Final = 12
OPEN: Final = 20
"""Walks that may wait in all: a minute or so of one worker."""
MOST: Final = 5_000
"""Walks that are kept, the newest."""
SPACES: Final[Mapping[str, str]] = {"look": "Look", "taste": "Taste"}
"""By purpose, as curators call them."""


def spaces() -> dict[str, Space]:
    """Return the live spaces one can walk through, by purpose. Two queries."""
    found = {purpose: vectors.live_space(purpose) for purpose in SPACES}
    return {purpose: space for purpose, space in found.items() if space}


@transaction.atomic
def ask(*, space: Space, start: Artwork, end: Artwork, steps: int, by: User) -> Walk:
    """Ask a worker for a walk; what is done or waits already costs nothing.

    Raises:
        RefusedError: If it leads nowhere, or too much waits.
    """
    if start.pk == end.pk:
        raise RefusedError("A walk leads from one work to another. Choose two.")
    if steps not in STEPS:
        raise RefusedError(f"A walk has {', '.join(map(str, STEPS))} works.")
    known = queries.walk(space.pk, start.pk, end.pk, steps)
    if known and known.state != Walk.State.FAILED:
        return known
    if Walk.objects.filter(state=Walk.State.QUEUED).count() >= OPEN:
        raise RefusedError("Many walks are being laid out just now. Ask again in a minute.")
    row, _created = Walk.objects.update_or_create(
        space=space,
        start=start,
        end=end,
        steps=steps,
        defaults={
            "state": Walk.State.QUEUED,
            "works": [],
            "gaps": [],
            "reason": "",
            "asked": timezone.now(),
            "asked_by": by,
            "finished": None,
            "claimed_until": None,
            "attempts": 0,
        },
    )
    enqueue(Job.WALK)
    return row


def tidy() -> int:
    """Delete the oldest walks beyond `MOST`. Returns how many rows."""
    done = Walk.objects.exclude(state=Walk.State.QUEUED)
    limit = done.order_by("-pk").values_list("pk", flat=True)[MOST : MOST + 1]
    return sum(done.filter(pk__lte=pk).delete()[0] for pk in limit)
