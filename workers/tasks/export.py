"""Make the exports that admins ask for on the site."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Final

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from webapp.jobs import Job, enqueue
from webapp.transfer import actions, bags, selection
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.models import Export
from webapp.transfer.queries import file_of, waiting
from webapp.transfer.report import in_words
from webapp.transfer.selection import SelectionError
from workers import claims
from workers.app import app
from workers.leases import CancelledError, beating

log = logging.getLogger(__name__)

SAID_SECONDS: Final = 1.0
GIVEN_UP: Final = "The worker ended each time, perhaps for lack of memory or room on the disk."


@app.task(
    name=Job.EXPORT.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def make_export() -> None:
    """Make one export that waits; then other jobs get their turn. Safe to run twice."""
    spent = claims.exhausted(waiting())
    waiting().filter(pk__in=spent).update(
        state=Export.State.FAILED, reason=GIVEN_UP, finished=timezone.now()
    )
    for pk in claims.claim(waiting(), limit=1):
        _work(pk)
        if waiting().filter(claims.free()).exists():
            enqueue(Job.EXPORT)
    actions.sweep()


def _work(pk: int) -> None:
    row = waiting().filter(pk=pk).first()
    if row is None:
        return  # cancelled or deleted
    waiting().filter(pk=pk).update(state=Export.State.RUNNING)
    started = time.perf_counter()
    attempt = file_of(pk, row.attempts)
    attempt.parent.mkdir(parents=True, exist_ok=True)
    bags.delete(attempt)
    try:
        with beating(partial(claims.extend, Export, [pk]), f"export {pk}"):
            ids, told = selection.works_of(row.kind, row.value)
            waiting().filter(pk=pk).update(works=len(ids), selection=told)
            wanted = Wanted(ids, told, row.pictures, row.base)
            made = export(attempt, wanted, Progress(pk))
    except CancelledError:
        _end(pk, state=Export.State.CANCELLED)
        return
    except (SelectionError, OSError) as error:
        log.warning("%s could not be made: %s", row, error)
        _end(pk, state=Export.State.FAILED, reason=in_words(error))
        return
    size = attempt.stat().st_size
    attempt.replace(file_of(pk))
    if _end(pk, state=Export.State.DONE, done=made.works, missing=made.missing, size=size):
        log.info("%s: %d works in %.1f s", row, made.works, time.perf_counter() - started)
    elif not Export.objects.filter(pk=pk, state=Export.State.DONE).exists():
        bags.delete(file_of(pk))  # it was deleted meanwhile, and not made by another worker


class Progress:
    """Writes down how far an export is, and hears whether it is still wanted."""

    def __init__(self, pk: int) -> None:
        self.pk = pk
        self._said = 0.0

    def __call__(self, done: int) -> None:
        """Note that so many works are done; at most once a second."""
        if time.monotonic() - self._said < SAID_SECONDS:
            return
        self._said = time.monotonic()
        wanted = Export.objects.filter(pk=self.pk, cancel_requested=False)
        if not wanted.update(done=done):
            raise CancelledError


def _end(pk: int, **values: object) -> bool:
    """Close a row that is still open; False where there is none."""
    ended = waiting().filter(pk=pk)
    return bool(ended.update(**values, claimed_until=None, finished=timezone.now()))
