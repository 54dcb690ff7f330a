"""Answer visitors who search by a picture or by what words mean; forget what has expired."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

from webapp.feed import meaning, picture_asking
from webapp.jobs import Job
from workers import answering
from workers.app import app


@app.task(
    name=Job.READ_QUERIES.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def read_queries() -> None:
    """Work on what waits, then drop what is old. Safe to run twice and to be killed.

    Where nothing waits it makes ready for who comes next, as when a worker has just started.
    """
    if not answering.answer_waiting():
        answering.make_ready()
    picture_asking.tidy()
    meaning.tidy()
