"""A worker that is asked to end tells the process that trains, so that the run goes on elsewhere.

Celery waits for a task to end, but a training may take hours, and whoever waits for us kills us
long before. So the training stops after the epoch it is in and gives its run back.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any, Final

from billiard import active_children
from celery.signals import worker_process_init, worker_shutting_down

from workers.leases import STOPPING

TOLD: Final = signal.SIGURG
"""Does nothing to who does not listen; most others are taken by the pool for its own end."""


@worker_process_init.connect
def listen(**_signal: object) -> None:
    """Hear the word of the parent."""
    signal.signal(TOLD, _stop)


@worker_shutting_down.connect
def tell(**_signal: object) -> None:
    """Pass it on to every process of the pool; where there is none, this one trains itself."""
    STOPPING.set()
    for child in filter(None, (each.pid for each in active_children())):
        with suppress(ProcessLookupError):
            os.kill(child, TOLD)


def _stop(*_arguments: Any) -> None:
    STOPPING.set()
