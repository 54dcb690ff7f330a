"""Carry out the plan of a folder import, wait for the workers, and tell what became of it."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.core.files.base import File

from webapp.catalog.actions import create_or_update_artwork
from webapp.ingest import actions, queries
from webapp.ingest.folder import Entry, Verdict
from webapp.ingest.models import Batch, Item
from webapp.jobs import workers_answer

CHUNK: Final = 16
"""Files handed over in one transaction; after each the workers can begin."""
PATIENCE_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.5


class Result(StrEnum):
    """What became of a file."""

    ADDED = "added"
    UPDATED = "updated"
    SKIPPED = "skipped"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the report."""

    file: str
    result: Result
    reason: str


class Ending(StrEnum):
    """Why waiting ended."""

    FINISHED = "finished"
    NOBODY = "no worker answers"
    STUCK = "the workers cannot go on"


def carry_out(
    entries: Sequence[Entry], batch: Batch, on_file: Callable[[], object] = lambda: None
) -> None:
    """Update changed facts and hand new pictures over to the workers."""
    for entry in entries:
        if entry.verdict is Verdict.UPDATE:
            create_or_update_artwork(facts=entry.facts, source_key=entry.source_key)
            on_file()
    new = [entry for entry in entries if entry.verdict in {Verdict.ADD, Verdict.REPLACE}]
    for start in range(0, len(new), CHUNK):
        chunk = new[start : start + CHUNK]
        with ExitStack() as stack:
            actions.receive_files(batch=batch, files=list(_incoming(chunk, stack)))
        for _ in chunk:
            on_file()


def wait(
    batch: Batch,
    on_progress: Callable[[queries.Progress], None],
    *,
    patience: float = PATIENCE_SECONDS,
) -> Ending:
    """Return when every file of the batch has its end, or nobody is there to bring it about.

    Only when nothing has moved for `patience` seconds are the workers asked for a sign of life.
    """
    moved, steps = time.monotonic(), -1
    while True:
        now = queries.progress(batch)
        on_progress(now)
        if now.finished:
            return Ending.FINISHED
        if now.steps != steps:
            moved, steps = time.monotonic(), now.steps
        elif time.monotonic() - moved > patience:
            if queries.obstacle(batch):
                return Ending.STUCK
            if not workers_answer():
                return Ending.NOBODY
            moved = time.monotonic()
        time.sleep(POLL_SECONDS)


def outcomes(entries: Sequence[Entry], batch: Batch) -> list[Outcome]:
    """Return what became of every entry, as far as it is known."""
    items = {item.source_key: item for item in queries.story(batch)}
    return [_outcome(entry, items.get(entry.source_key)) for entry in entries]


def tally(outcomes: Sequence[Outcome]) -> str:
    """Return the counts in one line: "3 added, 0 updated, 1 skipped, 0 failed"."""
    counts = Counter(outcome.result for outcome in outcomes)
    shown = [result for result in Result if result is not Result.WAITING or counts[result]]
    return ", ".join(f"{counts[result]} {result.value}" for result in shown)


def write_report(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write every outcome as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "result", "reason"])
        writer.writerows([outcome.file, outcome.result, outcome.reason] for outcome in outcomes)


def _incoming(entries: Sequence[Entry], stack: ExitStack) -> Iterator[actions.Incoming]:
    for entry in entries:
        if entry.path is not None:
            content = File(stack.enter_context(entry.path.open("rb")))
            yield actions.Incoming(entry.file, content, entry.facts, entry.source_key)


def _outcome(entry: Entry, item: Item | None) -> Outcome:
    match entry.verdict:
        case Verdict.FAIL:
            return Outcome(entry.file, Result.FAILED, entry.reason)
        case Verdict.SKIP:
            return Outcome(entry.file, Result.SKIPPED, entry.reason)
        case Verdict.UPDATE:
            return Outcome(entry.file, Result.UPDATED, entry.reason)
    state = item.state if item else Item.State.RECEIVED
    reason = item.reason if item else ""
    if state in {Item.State.VISIBLE, Item.State.DRAFT}:
        result = Result.ADDED if entry.verdict is Verdict.ADD else Result.UPDATED
        return Outcome(entry.file, result, reason or entry.reason)
    if state == Item.State.DUPLICATE:
        return Outcome(entry.file, Result.SKIPPED, reason)
    if state in {Item.State.REFUSED, Item.State.FAILED}:
        return Outcome(entry.file, Result.FAILED, reason)
    return Outcome(entry.file, Result.WAITING, "")
