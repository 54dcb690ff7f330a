"""A run's row, from the worker's side: claimed by a lease, and written only while it is held."""

from __future__ import annotations

import logging
import os
import resource
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, Now
from django.utils import timezone

from webapp.jobs import Job, enqueue
from webapp.lab.models import Run
from workers import claims, leases
from workers.leases import Lease

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Held(Lease):
    """A run that this worker holds."""

    row: Run

    def ours(self) -> QuerySet[Run]:
        """Return the run, if it is still ours."""
        # Not without a lease: a sign of life on its way must not take back what was given back.
        return Run.objects.filter(
            pk=self.row.pk,
            worker=self.row.worker,
            state=Run.State.RUNNING,
            claimed_until__isnull=False,
        )

    def say(self, line: str) -> None:
        """Add a line to the run's log."""
        log.info("run %d: %s", self.row.pk, line)
        stamp = timezone.now().strftime("%Y-%m-%d %H:%M:%S")
        self.write(log=Concat(F("log"), Value(f"{stamp}  {line}\n")))

    def begin(self, phase: str) -> None:
        """Say what it is at."""
        self.listen()
        self.check()
        self.write(phase=phase, peak_memory=peak_memory())


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
    mine = Held(run, run.attempts)
    if run.cancel_requested:
        mine.cancelled.set()
    with leases.beating(mine.beat, f"run {run.pk}"):
        yield mine


def end(mine: Held, state: Run.State, reason: str = "") -> None:
    """Write the end of the story, unless another worker writes it by now."""
    mine.ours().update(
        state=state,
        reason=reason,
        finished=timezone.now(),
        claimed_until=None,
        peak_memory=peak_memory(),
    )


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
