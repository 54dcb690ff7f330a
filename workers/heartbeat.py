"""Signs of life: every worker writes one into its row, so that the site need not ask around."""

from __future__ import annotations

import logging
import threading
from typing import Any, Final

from celery.signals import worker_ready, worker_shutting_down
from django.db import Error, connection

from webapp.operations import actions

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 10.0
"""Well below `webapp.operations.readiness.SILENT_SECONDS`."""
_ending: Final = threading.Event()


@worker_ready.connect
def begin(sender: Any, **_signal: object) -> None:
    """Give signs from a thread of the main process, which goes on while tasks compute."""
    _ending.clear()
    queues = sorted(sender.app.amqp.queues.consume_from)
    threading.Thread(target=beat, args=(sender.hostname, queues), daemon=True).start()


@worker_shutting_down.connect
def end(**_signal: object) -> None:
    """Let the thread say that this worker is gone."""
    _ending.set()


def beat(name: str, queues: list[str]) -> None:
    """Give signs until the worker ends."""
    told = True
    while told:
        told = not _ending.is_set()
        try:
            if told:
                actions.give_sign(name, queues)
            else:
                actions.leave(name)
        except Error as error:  # the database is away for a moment
            log.warning("no sign of life could be given: %s", error)
        finally:
            connection.close()  # processes that are forked off later must not inherit it
        _ending.wait(BEAT_SECONDS)
