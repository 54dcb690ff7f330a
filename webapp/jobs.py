"""The only door from the web process to the workers.

Jobs are sent by name, so the web process never imports `workers` and with it torch. A message is
only a doorbell: the work is a row, and the periodic `RING_AGAIN` finds rows nobody rang for. So a
broker that cannot be reached is logged and loses nothing.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import Any

from celery import Celery
from celery.signals import before_task_publish
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

from webapp import logs

log = logging.getLogger(__name__)


class Job(StrEnum):
    """Work that a request may ask for."""

    FETCH_ITEMS = "workers.fetch_items"
    CHECK_ITEMS = "workers.check_items"
    UNPACK = "workers.unpack"
    APPLY_SHEETS = "workers.apply_sheets"
    EMBED_ARTWORKS = "workers.embed_artworks"
    SYNC = "workers.sync"
    REFIT_SPACE = "workers.refit_space"
    TRAIN = "workers.train"
    PROMOTE = "workers.promote"
    MEASURE_DIVERSITY = "workers.measure_diversity"
    REPLAY = "workers.replay"
    EXPLAIN = "workers.explain"
    WALK = "workers.walk"
    DRAW_MAP = "workers.draw_map"
    PLACE_WORKS = "workers.place_works"
    READ_QUERIES = "workers.read_queries"
    CUT_TILES = "workers.cut_tiles"
    FIND_DUPLICATES = "workers.find_duplicates"
    COMPLETE_VARIANTS = "workers.complete_variants"
    SWEEP_FILES = "workers.sweep_files"
    EXPORT = "workers.export"
    INSIGHT = "workers.insight"
    MEASURE_QUALITY = "workers.measure_quality"
    COMPARE_EXTRACTORS = "workers.compare_extractors"
    KEEP_IMPRESSIONS = "workers.keep_impressions"
    RING_AGAIN = "workers.ring_again"


Errors = tuple[type[BaseException], ...]
QUEUES = ("celery", "quick", "background", "gpu")
"""Where jobs wait: most, those that a visitor waits for, those that nobody does, and trainings."""

_producer = Celery("webapp", set_as_current=False)
_producer.config_from_object("django.conf:settings", namespace="CELERY")


def enqueue(job: Job, **kwargs: int | str) -> None:
    """Send `job` once the current transaction commits; at once when there is none.

    Pass ids, not objects: the worker must read the row as it is when it starts.
    """
    transaction.on_commit(lambda: send(job, kwargs))


def send(job: Job, kwargs: dict[str, int | str]) -> None:
    """Put the message on the broker now."""
    try:
        _producer.send_task(job.value, kwargs=kwargs, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("could not ring for %s, the next round will: %s", job.value, error)


@before_task_publish.connect
def pass_on(headers: dict[str, Any], **_signal: object) -> None:
    """Tell the task which request it goes back to, also when another task rings for it."""
    if name := logs.current().get(logs.REQUEST):
        headers[logs.REQUEST] = name


def doorbells() -> dict[str, int]:
    """Return how many messages wait on the broker, by queue.

    Raises:
        OperationalError, OSError: If it cannot be reached within a second or so.
    """
    with _producer.connection_for_write(connect_timeout=1) as connection:
        away: Errors = connection.connection_errors
        connection.ensure_connection(max_retries=0, timeout=1)
        try:
            return {queue: _waiting_in(queue, connection) for queue in QUEUES}
        except away as error:
            raise OperationalError(str(error)) from error


def _waiting_in(queue: str, connection: Any) -> int:
    missing: Errors = (ChannelError, *connection.channel_errors)
    with connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except missing:
            return 0  # nobody has used it yet


def workers_answer(seconds: float = 2.0) -> bool:
    """Ask all workers for a sign of life; a busy worker answers too."""
    try:
        return bool(_producer.control.inspect(timeout=seconds).ping())
    except (OperationalError, OSError) as error:
        log.warning("could not ask the workers: %s", error)
        return False
