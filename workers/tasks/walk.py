"""Lay out walks between two works, when staff ask for them."""

from __future__ import annotations

import logging
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from artrec.errors import ArtrecError
from webapp.jobs import Job, enqueue
from webapp.selections import walks
from webapp.selections.models import Walk
from workers import answering, claims, walking
from workers.app import app

log = logging.getLogger(__name__)

PER_RUN: Final = 8
"""Walks per run; then other jobs get their turn."""
FAILED: Final = "This walk could not be laid out."


@app.task(
    name=Job.WALK.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def walk() -> None:
    """Lay out the walks that wait, one after the other. Safe to run twice and to be killed."""
    waiting = Walk.objects.filter(state=Walk.State.QUEUED)
    for _ in range(PER_RUN):
        claimed = claims.claim(waiting, limit=1)
        if not claimed:
            break
        _work(claimed[0])
        answering.answer_waiting()
    else:
        enqueue(Job.WALK)
    for pk in claims.exhausted(waiting):
        _end(pk, state=Walk.State.FAILED, reason=FAILED)
    walks.tidy()


def _work(pk: int) -> None:
    row = Walk.objects.select_related("space").filter(pk=pk).first()
    if row is None:
        return  # one of the works was deleted
    try:
        works, gaps = walking.between(row.space, row.start_id, row.end_id, row.steps)
    except walking.NowhereError as error:
        _end(pk, state=Walk.State.FAILED, reason=str(error))
    except ArtrecError as error:
        log.warning("%s could not be laid out: %s", row, error)
        _end(pk, state=Walk.State.FAILED, reason=FAILED)
    else:
        _end(pk, state=Walk.State.DONE, works=works, gaps=gaps)


def _end(pk: int, **values: Any) -> None:
    """Close a walk that is still open."""
    Walk.objects.filter(pk=pk, state=Walk.State.QUEUED).update(
        **values, finished=timezone.now(), claimed_until=None
    )
