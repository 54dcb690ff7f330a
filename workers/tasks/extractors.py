"""Compare extractors when a curator asks for it, by the worker that trains."""

from __future__ import annotations

from functools import partial

from django.db import InterfaceError, OperationalError

from webapp.jobs import Job, enqueue
from webapp.quality.models import Comparison
from workers import claims
from workers.app import app
from workers.devices import free_device
from workers.measuring import waiting, work_on_one


@app.task(
    name=Job.COMPARE_EXTRACTORS.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def compare_extractors() -> None:
    """Make one comparison that waits, unless all devices are in use. Safe to run twice."""
    if not waiting(Comparison).exists():
        return
    from workers import extractors  # with it comes torch, which an idle trainer need not hold

    with free_device() as device:
        if device is None:
            return  # the timer rings again
        work_on_one(Comparison, partial(extractors.compare, device=device))
    if waiting(Comparison).filter(claims.free()).exists():
        enqueue(Job.COMPARE_EXTRACTORS)
