"""What is known of each task: its name, id and request in every log line, and how long it took."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any, Final

from celery.signals import task_postrun, task_prerun
from django.db import Error

from webapp import logs
from webapp.operations import actions

log = logging.getLogger(__name__)

_begun: Final[dict[str, float]] = {}


@task_prerun.connect
def begin(task: Any, task_id: str, **_signal: object) -> None:
    """From here on the log speaks of this task, and of the request that rang for it."""
    fields = {"task": task.name, "task_id": task_id}
    if name := task.request.get(logs.REQUEST):
        fields[logs.REQUEST] = logs.request_id(name)
    logs.become(**fields)
    _begun[task_id] = perf_counter()


@task_postrun.connect
def end(task: Any, task_id: str, state: str | None, **_signal: object) -> None:
    """Count it, however it ended."""
    seconds = perf_counter() - _begun.pop(task_id, perf_counter())
    try:
        actions.tally(task.name, (state or "lost").lower(), seconds)
    except Error as error:
        log.warning("%s took %.1f s, which could not be counted: %s", task.name, seconds, error)
    logs.become()
