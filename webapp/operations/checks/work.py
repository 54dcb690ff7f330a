"""Rows that are work: whether somebody is at it, and what runs have left behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from webapp.catalog import tiles
from webapp.catalog.models import Artwork
from webapp.duplicates import queries as duplicates
from webapp.feed.models import Correspondence, Replay
from webapp.ingest.models import Item
from webapp.ingest.sheets.applying import open_sheets
from webapp.insight.models import Draw, Survey
from webapp.intake.models import Parcel
from webapp.jobs import Job, enqueue
from webapp.lab.models import Promotion, Run, Tradeoff
from webapp.lab.tradeoff import waiting
from webapp.museums.models import Sync
from webapp.operations.checks.findings import ORPHANED, Finding
from webapp.quality.models import Comparison, Measurement, Report
from webapp.selections.models import Walk
from webapp.studio import queries as maps
from webapp.transfer import queries as exports
from webapp.vectors.models import PictureQuery, Query, WordsQuery

LAPSED: Final = timedelta(minutes=5)
"""A claim that ran out so long ago should have been taken over: the timer rings every 20 s."""
TOO_LONG: Final = timedelta(hours=13)
"""Nobody claims a row for so long: an import holds its works for twelve hours, all else is
taken for far less. The clock of a machine was wrong."""


def check_claims(*, mend: bool) -> Iterator[Finding]:
    """Look for rows that nobody works on though they were begun."""
    lapsed = Finding(
        "pieces of work whose worker is gone",
        "The workers are rung for. If it stays so, no worker runs: see /health/ready.",
    )
    held = Finding("claims that reach far into the future", "They are given up.")
    for kind, rows in _open().items():
        gone = rows.filter(claimed_until__lt=Now() - LAPSED)
        for pk in gone.values_list("pk", flat=True):
            lapsed.add(f"{kind} {pk}", mended=mend)
        future = rows.filter(claimed_until__gt=Now() + TOO_LONG)
        for pk in list(future.values_list("pk", flat=True)):
            held.add(f"{kind} {pk}", mended=mend)
        if mend:
            future.update(claimed_until=None)
    if lapsed.mended or held.mended:
        enqueue(Job.RING_AGAIN)
    yield lapsed
    yield held


def check_run_folders(*, mend: bool) -> Iterator[Finding]:
    """Look for checkpoints of runs that are gone, on this machine."""
    orphans = Finding(
        "folders of runs that are gone", "They are deleted once they are an hour old."
    )
    root = Path(settings.RUNS_ROOT)
    found = {int(each.name): each for each in root.glob("*") if each.name.isdecimal()}
    for pk in sorted(found.keys() - set(Run.objects.values_list("pk", flat=True))):
        written = datetime.fromtimestamp(found[pk].stat().st_mtime, UTC)
        if timezone.now() - written > ORPHANED:
            if mend:
                shutil.rmtree(found[pk], ignore_errors=True)
            orphans.add(str(found[pk]), mended=mend and not found[pk].exists())
    yield orphans


def _open() -> dict[str, QuerySet[Any]]:
    """What is to be done, by what each row is; a test fails when a model with claims is missing."""
    return {
        "item": Item.objects.filter(state__in=[Item.State.WANTED, Item.State.RECEIVED]),
        "archive": Parcel.objects.filter(state=Parcel.State.WAITING),
        "table": open_sheets(),
        "sync": Sync.objects.filter(state__in=Sync.OPEN),
        "artwork": Artwork.objects.filter(state=Artwork.State.CHECKED),
        "tiles": tiles.waiting(),
        "comparison with other works": duplicates.waiting(),
        "search by a picture": PictureQuery.objects.filter(state=Query.State.QUEUED),
        "search by words": WordsQuery.objects.filter(state=Query.State.QUEUED),
        "run": Run.objects.filter(state__in=Run.OPEN),
        "promotion": Promotion.objects.filter(state__in=Promotion.OPEN),
        "measurement of diversity": Tradeoff.objects.filter(waiting()),
        "replay": Replay.objects.filter(state=Replay.State.QUEUED),
        "explanation": Correspondence.objects.filter(state=Correspondence.State.QUEUED),
        "draw": Draw.objects.filter(state=Draw.State.QUEUED),
        "survey": Survey.objects.filter(state=Survey.State.QUEUED),
        "report on quality": Report.objects.filter(state__in=Measurement.OPEN),
        "comparison of extractors": Comparison.objects.filter(state__in=Measurement.OPEN),
        "map": maps.waiting(),
        "walk": Walk.objects.filter(state=Walk.State.QUEUED),
        "export": exports.waiting(),
    }
