"""A run's row, from the worker's side: claimed by a lease, and written only while it is held."""

from __future__ import annotations

import logging
import os
import resource
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import Error, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat, Now
from django.utils import timezone

from webapp.jobs import Job, enqueue
from webapp.lab.models import Run
from workers import claims

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 5.0
"""Between two signs of life; several fit into the lease of `workers.claims`."""


class CancelledError(Exception):
    """Somebody wants the run to end."""


class LostError(Exception):
    """The run is no longer ours: its row is gone, or another worker took it for abandoned."""


class StoppedError(Exception):
    """The worker shall end; the run goes on with another."""


@dataclass(frozen=True)
class Held:
    """A run that this worker holds."""

    pk: int
    worker: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise CancelledError or LostError where the run shall not go on, and StoppedError."""
        if self.lost.is_set():
            raise LostError
        if self.cancelled.is_set():
            raise CancelledError
        if STOPPING.is_set():
            raise StoppedError

    def listen(self) -> None:
        """Look whether the run shall end."""
        if _ours(self).filter(cancel_requested=True).exists():
            self.cancelled.set()

    def write(self, **values: Any) -> None:
        """Change the row. Raises LostError if it is not ours any more."""
        if not _ours(self).update(**values):
            self.lost.set()
            raise LostError

    def say(self, line: str) -> None:
        """Add a line to the run's log."""
        log.info("run %d: %s", self.pk, line)
        stamp = timezone.now().strftime("%Y-%m-%d %H:%M:%S")
        self.write(log=Concat(F("log"), Value(f"{stamp}  {line}\n")))

    def begin(self, phase: str) -> None:
        """Say what it is at."""
        self.listen()
        self.check()
        self.write(phase=phase, peak_memory=peak_memory())


STOPPING: Final = threading.Event()
"""Set when this process is asked to end."""


def waiting() -> bool:
    """Whether there is a run that nobody works on."""
    return Run.objects.filter(claims.free(), state__in=Run.OPEN).exists()


def ring() -> None:
    """Ring for a run whose worker died, or that waits while nobody trains.

    Whoever trains rings for the next one himself; a message every round would fill the queue.
    """
    rows = Run.objects.filter(state__in=Run.OPEN)
    free = set(rows.filter(claims.free()).values_list("state", flat=True))
    if Run.State.RUNNING in free or (free and not rows.exclude(claims.free()).exists()):
        enqueue(Job.TRAIN)


@transaction.atomic
def claim(device: str) -> Run | None:
    """Take the oldest run that nobody works on, for work on `device`."""
    free = Run.objects.filter(
        claims.free(), state__in=Run.OPEN, attempts__lt=claims.MAX_ATTEMPTS
    ).order_by("pk")
    run = free.select_for_update(skip_locked=True, of=("self",)).first()
    if run is None:
        return None
    Run.objects.filter(pk=run.pk).update(
        state=Run.State.RUNNING,
        started=Coalesce(F("started"), Now()),
        claimed_until=Now() + claims.LEASE,
        attempts=F("attempts") + 1,
        worker=f"{socket.gethostname()}, process {os.getpid()}",
        device=device,
    )
    run.refresh_from_db()
    return run


@contextmanager
def held(run: Run) -> Iterator[Held]:
    """Keep the lease of a claimed run while the block runs, and listen for its cancelling."""
    mine = Held(run.pk, run.worker)
    if run.cancel_requested:
        mine.cancelled.set()
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(mine, done), name=f"run-{run.pk}", daemon=True)
    thread.start()
    try:
        yield mine
    finally:
        done.set()
        thread.join()


def end(mine: Held, state: Run.State, reason: str = "") -> None:
    """Write the end of the story, unless another worker writes it by now."""
    _ours(mine).update(
        state=state,
        reason=reason,
        finished=timezone.now(),
        claimed_until=None,
        peak_memory=peak_memory(),
    )


def give_back(mine: Held) -> None:
    """Let another worker go on at once, at no attempt."""
    _ours(mine).update(claimed_until=None, attempts=F("attempts") - 1)


def give_up() -> None:
    """End runs that were tried too often without getting any further."""
    spent = claims.exhausted(Run.objects.filter(state__in=Run.OPEN))
    reason = (
        f"It was begun {claims.MAX_ATTEMPTS} times and its worker ended each time without getting "
        "any further, perhaps for lack of memory. Choose a smaller batch or a shorter window, or "
        "try again on a larger machine."
    )
    Run.objects.filter(claims.free(), pk__in=spent, state__in=Run.OPEN).update(
        state=Run.State.FAILED, reason=reason, finished=timezone.now(), claimed_until=None
    )


def peak_memory() -> int:
    """Bytes that this process held at most."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def _ours(mine: Held) -> Any:
    # Not without a lease: a sign of life on its way must not take back what was given back.
    return Run.objects.filter(
        pk=mine.pk, worker=mine.worker, state=Run.State.RUNNING, claimed_until__isnull=False
    )


def _beat(mine: Held, done: threading.Event) -> None:
    try:
        while not done.wait(BEAT_SECONDS):
            try:
                if not _ours(mine).update(claimed_until=Now() + claims.LEASE):
                    mine.lost.set()
                mine.listen()
            except Error as error:  # the database is away for a moment; the lease outlives it
                log.warning("run %d: no sign of life could be given: %s", mine.pk, error)
                connection.close()
    finally:
        connection.close()
