"""Ring again for rows that were left waiting: a lost message, a killed worker, a new broker.

What takes no worker's while and is due by the clock is done on the way.
"""

from __future__ import annotations

import logging
from typing import Final

from django.core.cache import cache
from django.db import InterfaceError, OperationalError

from webapp.catalog import publishing, tiles
from webapp.catalog.models import Artwork
from webapp.duplicates import queries as duplicates
from webapp.feed.models import Correspondence, Replay
from webapp.ingest import changes, notices
from webapp.ingest.actions import settle
from webapp.ingest.models import Item
from webapp.ingest.sheets.applying import open_sheets
from webapp.intake import actions as intake
from webapp.intake.models import Parcel
from webapp.jobs import Job, enqueue
from webapp.lab.actions import start_scheduled
from webapp.lab.catalogue import SettingsError
from webapp.lab.models import Tradeoff
from webapp.lab.tradeoff import waiting
from webapp.mine import actions as mine
from webapp.museums import actions as museums
from webapp.museums.models import Sync
from webapp.quality.models import Comparison, Report
from webapp.selections import actions as selections
from webapp.selections.models import Walk
from webapp.studio import actions as studio
from webapp.studio import queries as maps
from webapp.transfer import actions as exporting
from webapp.transfer import queries as exports
from workers import answering, claims, measuring, promotions, runs
from workers.app import app
from workers.tasks import insight

log = logging.getLogger(__name__)

TRAINER_SECONDS: Final = 300


@app.task(
    name=Job.RING_AGAIN.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=3,
)
def ring_again() -> None:
    """Look for waiting rows that nobody holds, and ring for them: a dozen quick queries."""
    wanted = Item.objects.filter(claims.free(), state=Item.State.WANTED)
    if wanted.exists():
        enqueue(Job.FETCH_ITEMS)
    received = Item.objects.filter(claims.free(), state=Item.State.RECEIVED)
    if received.exists():
        enqueue(Job.CHECK_ITEMS)
    if Parcel.objects.filter(claims.free(), state=Parcel.State.WAITING).exists():
        enqueue(Job.UNPACK)
    if open_sheets().filter(claims.free()).exists():
        enqueue(Job.APPLY_SHEETS)
    checked = Artwork.objects.filter(claims.free(), state=Artwork.State.CHECKED)
    if checked.exists():
        enqueue(Job.EMBED_ARTWORKS)
    museums.ask_weekly()
    if Sync.objects.filter(claims.free(), state__in=Sync.OPEN).exists():
        enqueue(Job.SYNC)
    _start_scheduled()
    runs.ring()
    promotions.ring()
    if tiles.waiting().filter(claims.free()).exists():
        enqueue(Job.CUT_TILES)
    if Tradeoff.objects.filter(claims.free(), waiting()).exists():
        enqueue(Job.MEASURE_DIVERSITY)
    if Replay.objects.filter(claims.free(), state=Replay.State.QUEUED).exists():
        enqueue(Job.REPLAY)
    if Correspondence.objects.filter(claims.free(), state=Correspondence.State.QUEUED).exists():
        enqueue(Job.EXPLAIN)
    if Walk.objects.filter(claims.free(), state=Walk.State.QUEUED).exists():
        enqueue(Job.WALK)
    if duplicates.waiting().filter(claims.free()).exists():
        enqueue(Job.FIND_DUPLICATES)
    if exports.waiting().filter(claims.free()).exists():
        enqueue(Job.EXPORT)
    if measuring.waiting(Report).filter(claims.free()).exists():
        enqueue(Job.MEASURE_QUALITY)
    studio.mind()
    _ring_for_trainers()
    if answering.is_called_for():
        enqueue(Job.READ_QUERIES)
    _end_stories()
    notices.tell_ended()
    publishing.sweep()
    changes.sweep()
    intake.tidy()
    mine.sweep()
    selections.sweep()
    exporting.sweep()


def _ring_for_trainers() -> None:
    """Now and then: a training may take hours, and a message every round would fill its queue."""
    waiting = {
        Job.COMPARE_EXTRACTORS: [measuring.waiting(Comparison).filter(claims.free())],
        Job.DRAW_MAP: [maps.waiting().filter(claims.free())],
        Job.INSIGHT: insight.waiting(),
    }
    for job, kinds in waiting.items():
        if any(rows.exists() for rows in kinds) and cache.add(f"rung.{job}", 1, TRAINER_SECONDS):
            enqueue(job)


def _start_scheduled() -> None:
    try:
        start_scheduled()
    except SettingsError as error:
        log.warning("the nightly run cannot start: %s", error)


def _end_stories() -> None:
    """End the stories of items whose work was shown or deleted by another way."""
    stored = Item.objects.filter(state=Item.State.STORED)
    drafts = stored.filter(artwork__state=Artwork.State.DRAFT)
    settle(items=drafts.values_list("pk", flat=True), state=Item.State.DRAFT)
    shown = stored.filter(artwork__state=Artwork.State.VISIBLE)
    settle(items=shown.values_list("pk", flat=True), state=Item.State.VISIBLE)
    withdrawn = stored.filter(artwork__state=Artwork.State.WITHDRAWN)
    settle(
        items=withdrawn.values_list("pk", flat=True),
        state=Item.State.VISIBLE,
        reason="The work is withdrawn.",
    )
    settle(
        items=stored.filter(artwork=None).values_list("pk", flat=True),
        state=Item.State.VISIBLE,
        reason="The work was deleted.",
    )
