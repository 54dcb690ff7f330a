"""Train a model: one run on one device at a time."""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress

from django.db import InterfaceError, OperationalError

from artrec.errors import ArtrecError
from webapp.jobs import Job, enqueue
from webapp.lab.models import Run
from workers import leases, runs, stopping  # noqa: F401  # connects signals
from workers.app import app
from workers.devices import free_device
from workers.leases import CancelledError, LostError, StoppedError
from workers.runs import Held

log = logging.getLogger(__name__)


@app.task(
    name=Job.TRAIN.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def train() -> None:
    """Carry out the oldest run that nobody works on, and ring for the next.

    Safe to run twice and beside itself: a run is claimed, and only one is trained per device. One
    that finds all devices in use leaves its run to whoever is done first. A worker that is about
    to end begins none: it may hear its own ring for the run that it has just given back.
    """
    if leases.STOPPING.is_set():
        return
    runs.give_up()
    if not runs.waiting():
        return
    with free_device() as device:
        run = runs.claim(device) if device else None
        if run is not None:
            _work(run)
    if run is not None and runs.waiting():
        enqueue(Job.TRAIN)


def _work(run: Run) -> None:
    from workers import pipeline  # with it comes torch, which an idle trainer need not hold

    pipeline.prune()
    with runs.held(run) as mine:
        try:
            pipeline.carry_out(run, mine, device=run.device)
        except LostError:
            log.warning("run %d is gone or with another worker", run.pk)
        except StoppedError:
            mine.say("Its worker was asked to end; it goes on with the next one.")
            mine.give_back()
        except CancelledError:
            mine.say("Cancelled.")
            runs.end(mine, Run.State.CANCELLED)
        except (OperationalError, InterfaceError):
            raise  # the database is away for a moment; the run goes on once its lease is out
        except Exception as error:
            _fail(mine, error, pipeline.explain(error))
        else:
            runs.end(mine, Run.State.FINISHED)
            pipeline.tidy(run)


def _fail(mine: Held, error: Exception, reason: str) -> None:
    with suppress(LostError):
        if not isinstance(error, ArtrecError):
            log.error("run %d failed", mine.row.pk, exc_info=error)
            mine.say("".join(traceback.format_exception(error)))
        mine.say(reason)
    runs.end(mine, Run.State.FAILED, reason)
