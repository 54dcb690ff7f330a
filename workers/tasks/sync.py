"""Ask museums: read what they have and compare, fetch small pictures, bring in what is chosen.

A worker takes one sync at a time and leaves it after a turn, so that checking and embedding go on
meanwhile. Whoever takes it next goes on where it was: lists that were read are kept, works that
were read are passed over by the source, and what was brought in is marked in the same transaction.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pghistory
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from artrec.errors import ImageError
from artrec.images import Limits, open_image, small_copy
from webapp.catalog.actions import withdraw
from webapp.ingest.actions import start_batch
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import TryLaterError, Web, download
from webapp.ingest.sources import syncing
from webapp.ingest.sources.comparing import Change, Verdict, compare
from webapp.ingest.sources.contract import source_key
from webapp.ingest.sources.registry import web_for
from webapp.jobs import Job, enqueue
from webapp.museums.models import Answer, Finding, Sync
from webapp.museums.records import unpack
from workers import claims, syncs
from workers.app import app

log = logging.getLogger(__name__)

TURN_SECONDS: Final = 20.0
AT_ONCE: Final = 10
"""Records between two looks at whether it is still wanted."""
TOGETHER: Final = 50
"""Findings that are brought in by one transaction."""
PATIENCE: Final = 5.0
"""Seconds to wait for a host while holding a sync."""
PREVIEWS: Final = 120
"""Small pictures of one sync at most: they are fetched at the pace of the museum."""
PREVIEW_BYTES: Final = 5_000_000
PREVIEW_SIDE: Final = 480
KEPT: Final = timedelta(days=90)
"""How long it can be read what an ended sync found."""
ADDED: Final = (Verdict.NEW, Verdict.CHANGED, Verdict.PICTURE)
State = Sync.State


@app.task(
    name=Job.SYNC.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def sync() -> None:
    """Work for a turn on the oldest sync that nobody works on. Safe to run twice and be killed."""
    _give_up()
    _forget()
    waiting = Sync.objects.filter(state__in=Sync.OPEN)
    for row in Sync.objects.filter(pk__in=claims.claim(waiting, limit=1)):
        _WORK[State(row.state)](row)
    if waiting.filter(claims.free(), attempts__lt=claims.MAX_ATTEMPTS).exists():
        enqueue(Job.SYNC)


def _read(row: Sync) -> None:
    """Read what the museum has, and compare."""
    Sync.objects.filter(pk=row.pk, state=State.READING).update(reason="")  # why it waited
    answers, sleep = syncs.Answers(row), syncs.Holder(row).sleep
    try:
        web = web_for(row.question.of, patience=PATIENCE, sleep=sleep, answers=answers)
        with syncs.files_of(row) as file:
            _read_on(row, file, web, answers)
    except FetchError as error:
        syncs.move(row, State.FAILED, reason=str(error), finished=timezone.now())
    except FileNotFoundError:
        reason = "A file of the question is no longer there. Ask again with the file."
        syncs.move(row, State.FAILED, reason=reason, finished=timezone.now())


def _read_on(row: Sync, file: Path | None, web: Web, answers: syncs.Answers) -> None:
    question = row.question
    read = syncs.read_before(row)
    if not read:
        syncs.say(row, f"{question.of.title} is asked.")
    told = syncing.Sync(
        question.of,
        question.ask(file, read=frozenset([*read, *read.values()])),
        seen={source_key(question.source, each) for each in read},
    )
    found = syncing.changes(told, web, limit=max(0, question.most - len(read)), size=AT_ONCE)
    end = time.monotonic() + TURN_SECONDS
    while part := list(islice(found, AT_ONCE)):
        if part[-1].record is None and answers.old:
            # Works move from page to page as others come and go: the lists of today tell.
            part = [change for change in part if change.record is not None]
            if syncs.note(row, part):
                answers.begin_anew()
                syncs.pause(row)
            return
        if not syncs.note(row, part):
            return  # it was cancelled
        # Only between records: what is gone comes last, and from its start each time.
        if time.monotonic() > end and part[-1].record is not None:
            syncs.pause(row)
            return
    if told.later is not None:
        syncs.wait(row, told.later)
    else:
        answers.forget()
        _conclude(row, told)


def _conclude(row: Sync, told: syncing.Sync) -> None:
    """Leave the reading: on to the small pictures, if there is anything to decide."""
    row.refresh_from_db(fields=["counts"])  # its state stays what it was taken up in
    values: dict[str, Any] = {"reason": told.stopped, "whole": told.whole}
    if row.to_do:
        moved = syncs.move(row, State.LOOKING, **values)
    else:
        state = State.FAILED if told.stopped else State.DONE
        moved = syncs.move(row, state, finished=timezone.now(), **values)
    if moved:
        found = f"{row.read} works were looked at, {row.to_do} differ from what is here."
        syncs.say(row, f"{found} {told.stopped}".strip())


def _look(row: Sync) -> None:
    """Fetch small pictures of what is new, as far as the museum is at leisure."""
    holder = syncs.Holder(row)
    try:
        web = web_for(row.question.of, patience=PATIENCE, sleep=holder.sleep, tries=1)
    except FetchError:  # nobody says any more whom to write to
        syncs.move(row, State.READY)
        return
    left = PREVIEWS - row.findings.filter(tried=True).count()
    end = time.monotonic() + TURN_SECONDS
    wanted = row.findings.filter(verdict__in=[Verdict.NEW, Verdict.PICTURE], tried=False)
    for finding in wanted.exclude(record__preview_url="")[: max(0, left)]:
        if not Sync.objects.filter(pk=row.pk, state=State.LOOKING).exists():
            return
        try:
            values = _preview(finding, web, holder)
        except TryLaterError as error:
            syncs.say(row, f"No more small pictures: {error}")
            break
        row.findings.filter(pk=finding.pk).update(tried=True, **values)
        if time.monotonic() > end:
            syncs.pause(row)
            return
    syncs.move(row, State.READY)


def _preview(finding: Finding, web: Web, holder: syncs.Holder) -> dict[str, Any]:
    """Return the small picture of a work and its size; nothing if it cannot be had."""
    with tempfile.TemporaryFile() as stream:
        try:
            url = (finding.record or {}).get("preview_url", "")
            download(web, url, stream, limit=PREVIEW_BYTES, on_chunk=holder.extend)
            stream.seek(0)
            small = open_image(stream, limits=Limits(max_pixels=25_000_000), at_least=PREVIEW_SIDE)
        except TryLaterError:
            raise
        except (FetchError, ImageError) as error:
            log.info("no small picture of %s: %s", finding.key, error)
            return {}
    data = small_copy(small.pixels, longest=PREVIEW_SIDE, kind="webp")
    return {"preview": data, "width": small.width, "height": small.height}


def _bring(row: Sync) -> None:
    """Do what was chosen, some at a time."""
    holder, end = syncs.Holder(row), time.monotonic() + TURN_SECONDS
    while _bring_some(row):
        holder.extend()
        if time.monotonic() > end:
            syncs.pause(row)
            return
    if syncs.move(row, State.DONE, finished=timezone.now()):
        done = row.findings.filter(brought=True)
        gone = done.filter(verdict=Verdict.GONE).count()
        added = done.filter(verdict__in=ADDED).count()
        syncs.say(row, f"{added} works were brought in, {gone} taken off the walls.")


@transaction.atomic
def _bring_some(row: Sync) -> bool:
    """Carry out the next findings, as far as they still hold; False if none is left."""
    held = Sync.objects.select_for_update().filter(pk=row.pk, state=State.BRINGING).first()
    if held is None:
        return False
    left = held.findings.filter(chosen=True, brought=False).exclude(verdict=Verdict.SKIP)
    some = list(left.defer("preview")[:TOGETHER])
    changes = list(_still_true(held, some))
    if held.batch is None and any(change.fetches for change in changes):
        by = held.brought_by
        held.batch = start_batch(source=str(held), user=by, held=held.held)
        held.save(update_fields=["batch"])
    gone = [each for each in some if each.verdict == Verdict.GONE]
    with pghistory.context(user=held.brought_by_id):
        syncing.carry_out(changes, held.batch, scope=held.question.scope)
        withdraw(each.artwork_id for each in gone if each.artwork_id is not None)
    held.findings.filter(pk__in=[each.pk for each in some]).update(brought=True)
    return bool(some)


def _still_true(row: Sync, some: list[Finding]) -> Iterator[Change]:
    """Yield the changes that were shown to whoever chose them, as the gallery is by now."""
    shown = {each.key: each.verdict for each in some}
    records = [unpack(each.record) for each in some if each.record and each.verdict != Verdict.GONE]
    for change in compare(row.question.source, records, ()):
        same = shown[change.key] == Verdict.SAME
        if change.verdict is Verdict.SAME or (change.verdict in ADDED and not same):
            yield change


def _give_up() -> None:
    """Leave it to people what was tried too often; what was found until then stays."""
    spent = claims.exhausted(Sync.objects.filter(state__in=Sync.OPEN))
    for row in Sync.objects.filter(pk__in=spent):
        reason = f"It was tried {row.attempts} times. {row.reason}".strip()
        syncs.say(row, reason)
        if row.state == State.LOOKING:
            syncs.move(row, State.READY)
        elif row.to_do:
            syncs.move(row, State.READY, reason=reason)
        else:
            syncs.move(row, State.FAILED, reason=reason, finished=timezone.now())


def _forget() -> None:
    """Drop what syncs found long ago; that they were, and how much they found, stays. Drop lists
    of those that read no more."""
    Answer.objects.exclude(sync__state=State.READING).delete()
    ended = (State.DONE, State.FAILED, State.CANCELLED)
    old = Sync.objects.filter(state__in=ended, created__lt=timezone.now() - KEPT)
    Finding.objects.filter(sync__in=old).delete()


_WORK: Final = {State.READING: _read, State.LOOKING: _look, State.BRINGING: _bring}
