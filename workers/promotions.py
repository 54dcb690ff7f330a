"""A promotion's row, from the worker's side: claimed by a lease, and written only while it is held.

They take turns, oldest first: two that switch at once would each be measured against what the other
takes away. Each claim counts as an attempt; a promotion that gets further each time may be
interrupted as often as it has steps, and a few times more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from webapp.jobs import Job, enqueue
from webapp.lab.models import Promotion
from workers import claims
from workers.leases import LostError, beating

log = logging.getLogger(__name__)

_TURN: Final = 0x6172_7411
"""Advisory lock of PostgreSQL under which a promotion is claimed."""


@dataclass
class Note:
    """What a step says of itself."""

    text: str = ""


@dataclass(frozen=True)
class Held:
    """A promotion that this worker holds. Each claim has another `attempt`: by that it is ours."""

    pk: int
    attempt: int
    lost: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def step(self, name: str) -> Iterator[Note]:
        """Do one step; its time and note are written when it ends. A step that is done again, after
        a kill, takes the place of its former self.

        Raises:
            LostError: Before or after it, if the promotion is not ours any more.
        """
        self.check()
        started, note = time.perf_counter(), Note()
        yield note
        seconds = round(time.perf_counter() - started, 2)
        with transaction.atomic():
            row = self.locked()
            steps = [step for step in row.steps if step["name"] != name]
            row.steps = [*steps, {"name": name, "seconds": seconds, "note": note.text}]
            row.save(update_fields=["steps"])
        log.info("promotion %d: %s in %.1f s, %s", self.pk, name, seconds, note.text)

    def locked(self) -> Promotion:
        """Return the row, locked in the current transaction. Raises LostError."""
        row = self._ours().select_for_update(of=("self",)).first()
        if row is None:
            self.lost.set()
            raise LostError
        return row

    def check(self) -> None:
        """Raise LostError if the promotion is not ours any more."""
        if self.lost.is_set():
            raise LostError

    def write(self, **values: Any) -> None:
        """Change the row. Raises LostError."""
        if not self._ours().update(**values):
            self.lost.set()
            raise LostError

    def end(self, state: Promotion.State, reason: str = "", **values: Any) -> None:
        """Write the end of the story. Raises LostError."""
        self.write(
            state=state, reason=reason, finished=timezone.now(), claimed_until=None, **values
        )

    def extend(self) -> None:
        """Give a sign of life."""
        if not self._ours().update(claimed_until=Now() + claims.LEASE):
            self.lost.set()

    def _ours(self) -> QuerySet[Promotion]:
        return Promotion.objects.filter(
            pk=self.pk, attempts=self.attempt, state=Promotion.State.RUNNING
        )


def ring() -> None:
    """Ring for a promotion that nobody works on."""
    if Promotion.objects.filter(claims.free(), state__in=Promotion.OPEN).exists():
        enqueue(Job.PROMOTE)


@transaction.atomic
def claim() -> Promotion | None:
    """Take the oldest promotion, if no other is being worked on; give up those tried too often."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    under_way = Promotion.objects.filter(state__in=Promotion.OPEN)
    if under_way.filter(claimed_until__gte=Now()).exists():
        return None
    for row in under_way.select_for_update(of=("self",)).order_by("pk"):
        if row.attempts >= claims.MAX_ATTEMPTS + len(row.steps):
            _give_up(row)
            continue
        row.state, row.attempts = Promotion.State.RUNNING, row.attempts + 1
        row.save(update_fields=["state", "attempts"])
        Promotion.objects.filter(pk=row.pk).update(claimed_until=Now() + claims.LEASE)
        return row
    return None


@contextmanager
def held(promotion: Promotion) -> Iterator[Held]:
    """Keep the lease of a claimed promotion while the block runs."""
    mine = Held(promotion.pk, promotion.attempts)
    with beating(mine.extend, f"promotion {mine.pk}"):
        yield mine


def _give_up(row: Promotion) -> None:
    row.state, row.finished, row.claimed_until = Promotion.State.FAILED, timezone.now(), None
    row.reason = (
        f"It was begun {row.attempts} times and its worker ended each time without getting any "
        "further, perhaps for lack of memory. Promote it again, on a larger machine."
    )
    row.save(update_fields=["state", "finished", "claimed_until", "reason"])
