"""A worker that only trains: `celery -A workers.trainer worker -Q gpu`.

The application of `workers.app`, holding as little as it can while it waits: torch is loaded by
the process of a run, which ends with it. Any other worker may listen to the queue as well.
"""

from __future__ import annotations

import os
from typing import Final

from celery.signals import worker_init

from workers.app import app

POLITE: Final = 10
"""A training takes what the site and the other workers leave of the processors."""

app.conf.update(
    imports=[f"workers.tasks.{name}" for name in ("train", "extractors", "atlas", "insight")],
    worker_max_tasks_per_child=1,
)


@worker_init.connect
def step_back(**_signal: object) -> None:
    """Come after the site when both want to compute."""
    os.nice(POLITE)
