"""The Celery application: `celery -A workers.app worker --beat`.

One process by default: torch already uses every core for one batch, so a second process would
only make both slower. On a machine with a GPU, or for checking many large files at once, give
`--concurrency`; any number of workers on any number of machines share the work by its rows.
"""

from __future__ import annotations

import os

import django
from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.conf import settings  # noqa: E402  # settings need the entry point's default

from webapp import embedded  # noqa: E402
from webapp.jobs import Job, send  # noqa: E402
from workers import heartbeat, observing  # noqa: E402, F401  # they connect signals

RING_SECONDS = 20.0
REFIT_SECONDS = 240.0
COMPLETE_SECONDS = 600.0
KEEP_SECONDS = 6 * 3600.0

app = Celery("workers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    imports=[
        f"workers.tasks.{name}"
        for name in (
            "atlas",
            "diversity",
            "doorbell",
            "duplicates",
            "embed",
            "explain",
            "export",
            "extractors",
            "fetch",
            "ingest",
            "insight",
            "online",
            "picture",
            "promote",
            "quality",
            "sheets",
            "space",
            "sweep",
            "sync",
            "tiles",
            "train",
            "unpack",
            "variants",
            "walk",
        )
    ],
    # Listened to in turn, so that who waits for an answer stands behind no heap of other jobs.
    task_queues=[Queue(name, routing_key=name) for name in ("celery", "quick", "background")],
    worker_concurrency=1,
    beat_schedule_filename=str(settings.VAR / "beat-schedule"),
    beat_schedule={
        # Messages of an hour without workers would all say the same, so they expire.
        "ring-again": {
            "task": Job.RING_AGAIN.value,
            "schedule": RING_SECONDS,
            "options": {"expires": RING_SECONDS},
        },
        "refit-space": {
            "task": Job.REFIT_SPACE.value,
            "schedule": REFIT_SECONDS,
            "options": {"expires": REFIT_SECONDS},
        },
        "complete-variants": {
            "task": Job.COMPLETE_VARIANTS.value,
            "schedule": COMPLETE_SECONDS,
            "options": {"expires": COMPLETE_SECONDS},
        },
        "keep-impressions": {
            "task": Job.KEEP_IMPRESSIONS.value,
            "schedule": KEEP_SECONDS,
            "options": {"expires": KEEP_SECONDS},
        },
        "sweep-files": {
            "task": Job.SWEEP_FILES.value,
            "schedule": KEEP_SECONDS,
            "options": {"expires": KEEP_SECONDS},
        },
    },
)


@worker_init.connect
@beat_init.connect
def join_database(**_signal: object) -> None:
    """Start the embedded database, or keep the one that runs from stopping under us."""
    embedded.start_if_needed()


@worker_ready.connect
def look_around(**_signal: object) -> None:
    """Take up at once what waited while no worker ran."""
    send(Job.RING_AGAIN, {})
    send(Job.READ_QUERIES, {})
