"""Rows that a worker holds for long: their lease kept alive, and written only while it is held.

A lease is as in `workers.claims`. A thread gives signs of life as long as the work goes on, and
hears whether it shall end; a worker that dies leaves a lease that runs out, and then another
takes over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import Error, connection
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Now

from workers import claims

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 5.0
"""Between two signs of life; several fit into the lease of `workers.claims`."""
STOPPING: Final = threading.Event()
"""Set when this process is asked to end."""


class CancelledError(Exception):
    """Somebody wants the work to end."""


class LostError(Exception):
    """The row is not ours any more: it is gone, or another worker took it for abandoned."""


class StoppedError(Exception):
    """The worker shall end; the work goes on with another."""


@dataclass(frozen=True)
class Lease:
    """A row that this worker holds, with `claimed_until`, `attempts` and `cancel_requested`.

    Each claim has another number of attempts: by that the row is ours.
    """

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
        self.listen()

    def listen(self) -> None:
        """Look whether somebody wants the work to end."""
        if self.ours().filter(cancel_requested=True).exists():
            self.cancelled.set()


@contextmanager
def held(row: Any) -> Iterator[Lease]:
    """Keep the lease of a claimed row while the block runs."""
    lease = Lease(row, row.attempts)
    lease.beat()
    with beating(lease.beat, str(row)):
        yield lease


@contextmanager
def beating(beat: Callable[[], None], whose: str) -> Iterator[None]:
    """Call `beat` again and again while the block runs, in a thread with its own connection."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(beat, whose, over), name=whose, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(beat: Callable[[], None], whose: str, over: threading.Event) -> None:
    try:
        while not over.wait(BEAT_SECONDS):
            try:
                beat()
            except Error as error:  # the database is away for a moment; the lease outlives it
                log.warning("%s: no sign of life could be given: %s", whose, error)
                connection.close()
    finally:
        connection.close()
