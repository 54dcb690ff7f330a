"""What experiments need of a worker: partitions made ahead, and replays."""

from __future__ import annotations

import logging
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from artrec.errors import ArtrecError
from webapp.feed import partitions
from webapp.feed.models import Replay
from webapp.feed.replay import replay as computed
from webapp.jobs import Job
from workers import claims
from workers.app import app

log = logging.getLogger(__name__)


@app.task(
    name=Job.KEEP_IMPRESSIONS.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def keep_impressions() -> None:
    """Make the next months of the table of impressions, and detach old ones. Safe to repeat."""
    partitions.keep_up(now=timezone.now(), keep_months=settings.IMPRESSIONS_KEEP_MONTHS)


@app.task(
    name=Job.REPLAY.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def replay() -> None:
    """Work on replays that wait, one after the other. Safe to run twice and to be killed."""
    waiting = Replay.objects.filter(state=Replay.State.QUEUED)
    while claimed := claims.claim(waiting, limit=1):
        pk = claimed[0]
        space_id = waiting.filter(pk=pk).values_list("space_id", flat=True).first()
        try:
            result = computed(space_id, progress=partial(claims.extend, Replay, [pk]))
            _end(pk, state=Replay.State.DONE, result=result.as_json())
        except ArtrecError as error:
            log.warning("replay %d failed: %s", pk, error)
            _end(pk, state=Replay.State.FAILED, reason=str(error))
    for pk in claims.exhausted(waiting):
        _end(
            pk,
            state=Replay.State.FAILED,
            reason="The worker that computed it ended again and again; its log says why.",
        )


def _end(pk: int, **values: object) -> None:
    """Close a replay that is still open."""
    Replay.objects.filter(pk=pk, state=Replay.State.QUEUED).update(
        **values, finished=timezone.now(), claimed_until=None
    )
