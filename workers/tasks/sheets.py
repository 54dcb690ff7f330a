"""Write what large tables say of the works of their batch."""

from __future__ import annotations

import logging
from typing import Final

from django.db import InterfaceError, OperationalError

from webapp.ingest.models import Sheet
from webapp.ingest.sheets import applying
from webapp.jobs import Job, enqueue
from workers import claims
from workers.app import app

log = logging.getLogger(__name__)

PARTS: Final = 4
"""Per run; then other jobs get their turn."""


@app.task(
    name=Job.APPLY_SHEETS.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def apply_sheets() -> None:
    """Go on with one table that nobody works on. Safe to run twice and to be killed."""
    for pk in claims.exhausted(applying.open_sheets()):
        applying.give_up(pk)
    for pk in claims.claim(applying.open_sheets(), limit=1):
        for _, done in zip(range(PARTS), applying.parts(pk), strict=False):
            claims.extend(Sheet, [pk])
            log.info("table %d: %d rows written", pk, done)
        claims.release(Sheet, [pk])
        if applying.open_sheets().filter(claims.free()).exists():
            enqueue(Job.APPLY_SHEETS)
