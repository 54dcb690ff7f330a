"""Measure what diversity costs, when a curator asks for it."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from webapp.feed.served import serving
from webapp.jobs import Job
from webapp.lab.models import Tradeoff
from webapp.lab.tradeoff import waiting
from workers import claims, diversity
from workers.app import app

log = logging.getLogger(__name__)


@app.task(
    name=Job.MEASURE_DIVERSITY.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=3,
)
def measure_diversity() -> None:
    """Claim the row and fill it. Ends quietly when nobody asked; safe to run twice."""
    for pk in claims.claim(Tradeoff.objects.filter(waiting()), limit=1):
        began = timezone.now()
        served = serving()
        alive = partial(claims.extend, Tradeoff, [pk])
        found = diversity.measure(served, alive=alive) if served else None
        values: dict[str, Any] = {"measured": began, "claimed_until": None}
        if served and found:
            values |= {
                "space": served.space,
                "points": found.points,
                "places": diversity.PLACES,
                "visitors": found.visitors,
                "reason": "",
            }
        else:
            values["reason"] = (
                f"Nobody chose {diversity.AT_LEAST} works or more yet, so no like could be held "
                "back. Measure again once visitors did."
            )
        Tradeoff.objects.filter(pk=pk).update(**values)
        log.info("measured what diversity costs for %d visitors", found.visitors if found else 0)
