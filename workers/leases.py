"""One row that a worker holds for long: its lease kept alive, and written only while it is held.

For rows with `state`, `claimed_until`, `attempts` and `cancel_requested`. Each claim has another
number of attempts: by that a row is ours. A worker that dies leaves a lease that runs out; then
another begins anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import Error, connection
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Now

from workers import claims
from workers.runs import STOPPING, CancelledError, LostError, StoppedError

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 5.0
"""Between two signs of life; several fit into the lease of `workers.claims`."""


@dataclass(frozen=True)
class Lease:
    """A row that this worker holds."""

    row: Model
    attempt: int
    lost: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise LostError, CancelledError or StoppedError where the work shall not go on."""
        if self.lost.is_set():
            raise LostError
        if self.cancelled.is_set():
            raise CancelledError
        if STOPPING.is_set():
            raise StoppedError

    def ours(self) -> QuerySet[Any]:
        """Return the row, if it is still ours; to be locked by who has more to write than it."""
        rows: QuerySet[Any] = type(self.row)._default_manager.filter(
            pk=self.row.pk, attempts=self.attempt, claimed_until__isnull=False
        )
        return rows

    def write(self, **values: Any) -> None:
        """Change the row. Raises LostError if it is not ours any more."""
        if not self.ours().update(**values):
            self.lost.set()
            raise LostError

    def give_back(self) -> None:
        """Let another worker begin at once, at no attempt."""
        self.ours().update(claimed_until=None, attempts=F("attempts") - 1)

    def beat(self) -> None:
        """Give a sign of life, and hear whether the work shall end."""
        if not self.ours().update(claimed_until=Now() + claims.LEASE):
            self.lost.set()
        elif self.ours().filter(cancel_requested=True).exists():
            self.cancelled.set()


@contextmanager
def held(row: Any) -> Iterator[Lease]:
    """Keep the lease of a claimed row while the block runs."""
    lease = Lease(row, row.attempts)
    lease.beat()
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, done), daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        done.set()
        thread.join()


def _beat(lease: Lease, done: threading.Event) -> None:
    try:
        while not done.wait(BEAT_SECONDS):
            try:
                lease.beat()
            except Error as error:  # the database is away for a moment; the lease outlives it
                log.warning("%s: no sign of life could be given: %s", lease.row, error)
                connection.close()
    finally:
        connection.close()
