"""Measure spaces when curators ask for it."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

from webapp.jobs import Job, enqueue
from webapp.quality.models import Report
from workers import claims, quality
from workers.app import app
from workers.measuring import waiting, work_on_one


@app.task(
    name=Job.MEASURE_QUALITY.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def measure_quality() -> None:
    """Make one report that waits; then other jobs get their turn. Safe to run twice."""
    work_on_one(Report, quality.measure)
    if waiting(Report).filter(claims.free()).exists():
        enqueue(Job.MEASURE_QUALITY)
