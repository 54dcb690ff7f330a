"""What was shown to whom: written in batches, beside the requests, never in their way.

A request leaves its rows in a queue of this process; a thread writes the queue once a second, or
as soon as a batch is full, and the process writes what is left when it ends. A web process that is
killed loses its last second of impressions. While the database is away they wait, up to `CAPACITY`
rows; what comes after that is dropped, counted and logged. A page is never slower or refused for
it.

"Shown" means: sent in a page. Whether somebody scrolled so far is not known.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.http import HttpRequest
from django.utils import timezone

from webapp import metrics
from webapp.feed import partitions
from webapp.feed.models import Impression

if TYPE_CHECKING:
    from webapp.feed.ranking import Entry

log = logging.getLogger(__name__)

BATCH: Final = 500
CAPACITY: Final = 20_000
"""Rows that may wait: some 300 pages."""
_INSERT: Final = """
WITH there AS (SELECT id FROM feed_visitor WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE)
INSERT INTO feed_impression (list_id, position, time, visitor_id, artwork_id, surface, space_id,
                             experiment_id, variant, source, propensity)
SELECT list, place, at, there.id, artwork, surface, space, experiment, variant, source, propensity
FROM unnest(%s::uuid[], %s::smallint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::text[],
            %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::float8[])
    AS shown (list, place, at, visitor, artwork, surface, space, experiment, variant, source,
              propensity)
LEFT JOIN there ON there.id = shown.visitor
ON CONFLICT DO NOTHING
"""
# A batch whose commit got lost on the way is written again, and is there once. Whoever was deleted
# while rows waited is not named in them; the lock lets nobody be deleted between the look and the
# commit, so that who deletes them sees these rows, or this sees that they are gone.


class Row(NamedTuple):
    """An impression, in the order of the columns. See `webapp.feed.models.Impression`."""

    list_id: UUID
    position: int
    time: datetime
    visitor_id: int | None
    artwork_id: int
    surface: str
    space_id: int | None
    experiment_id: int | None
    variant: str
    source: str
    propensity: float


class _Queue:
    """The rows of this process that wait, and the thread that writes them."""

    def __init__(self) -> None:
        self.rows: deque[Row] = deque()
        self.lock = threading.Lock()
        self.writing = threading.Lock()
        self.bell = threading.Event()
        self.thread: threading.Thread | None = None
        self.lost = 0
        self.told = 0


_queue: Final = _Queue()


def list_named(text: str) -> UUID | None:
    """Return the list a browser says a work was found in; None for anything but a UUID.

    Nobody is believed: what counts is whether that list showed that work to that visitor.
    """
    try:
        return UUID(text)
    except ValueError:
        return None


def is_seen(request: HttpRequest) -> bool:
    """Return whether somebody asked for the page, not a browser that guesses what they will ask
    for."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def record(
    entries: Iterable[Entry],
    *,
    list_id: UUID,
    visitor_id: int | None,
    surface: str,
    experiment_id: int | None = None,
) -> None:
    """Note that a list was shown. Costs a request microseconds and no query."""
    now = timezone.now()
    rows = [
        Row(
            list_id=list_id,
            position=entry.position,
            time=now,
            visitor_id=visitor_id,
            artwork_id=entry.artwork_id,
            surface=surface,
            space_id=entry.space_id,
            experiment_id=experiment_id,
            variant=entry.variant,
            source=entry.source,
            propensity=entry.propensity,
        )
        for entry in entries
    ]
    with _queue.lock:
        room = max(0, CAPACITY - len(_queue.rows))
        _queue.rows.extend(rows[:room])
        _queue.lost += len(rows[room:])
    if settings.IMPRESSIONS_FLUSH_SECONDS:
        _start()
    if len(_queue.rows) >= BATCH:
        _queue.bell.set()


def flush() -> int:
    """Write what waits and return how many rows that were.

    Raises:
        OperationalError, InterfaceError: If the database is away; the rows go on waiting.
    """
    written = 0
    with _queue.writing:
        while batch := _take():
            try:
                _write(batch)
            except (OperationalError, InterfaceError):
                _put_back(batch)
                raise
            except DatabaseError:
                log.exception("%d impressions cannot be written and are dropped", len(batch))
                _queue.lost += len(batch)
            else:
                written += len(batch)
                metrics.IMPRESSIONS_WRITTEN.inc(len(batch))
    return written


def surface_of(list_id: UUID, artwork_id: int) -> str:
    """Return where a list showed a work; "" where nothing is known of that. One query at most."""
    with _queue.lock:
        for row in _queue.rows:  # a second has not passed yet
            if row.list_id == list_id and row.artwork_id == artwork_id:
                return row.surface
    shown = Impression.objects.filter(list_id=list_id, artwork_id=artwork_id)
    return shown.values_list("surface", flat=True).first() or ""


def waiting() -> int:
    """Return how many rows wait in this process."""
    return len(_queue.rows)


def lost() -> int:
    """Return how many rows this process dropped since it began."""
    return _queue.lost


def discard() -> None:
    """Forget what waits. For tests, whose works are gone when the next one begins."""
    with _queue.lock:
        _queue.rows.clear()
        _queue.told = _queue.lost  # nobody is left to be told when the process ends


def hand_over(visitor_id: int, *, to: int) -> None:
    """Let what was shown to a visitor have been shown to another, as who has signed in."""
    Impression.objects.filter(visitor_id=visitor_id).update(visitor_id=to)


def forget(visitor_id: int) -> None:
    """Keep what was shown to a visitor who is deleted, but not to whom. Rows that still wait, here
    or in another process, are written without them."""
    Impression.objects.filter(visitor_id=visitor_id).update(visitor_id=None)


def _take() -> list[Row]:
    with _queue.lock:
        return [_queue.rows.popleft() for _ in range(min(BATCH, len(_queue.rows)))]


def _put_back(batch: list[Row]) -> None:
    with _queue.lock:
        room = max(0, CAPACITY - len(_queue.rows))
        _queue.lost += len(batch[room:])
        _queue.rows.extendleft(reversed(batch[:room]))


def _write(batch: list[Row]) -> None:
    columns = [list(column) for column in zip(*batch, strict=True)]
    values = [[row.visitor_id for row in batch], *columns]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
    except IntegrityError:  # no partition of the month: the timer has not run for long
        partitions.make(partitions.month_of(row.time) for row in batch)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INSERT, values)


def _start() -> None:
    """Start the thread of this process, and again in a process that was forked off."""
    if _queue.thread is not None and _queue.thread.is_alive():
        return
    with _queue.lock:
        if _queue.thread is None:
            atexit.register(_round)
        if _queue.thread is None or not _queue.thread.is_alive():
            _queue.thread = threading.Thread(target=_run, name="impressions", daemon=True)
            _queue.thread.start()


def _run() -> None:
    while seconds := settings.IMPRESSIONS_FLUSH_SECONDS:
        _queue.bell.wait(seconds)
        _queue.bell.clear()
        close_old_connections()
        _round()
    connection.close()


def _round() -> None:
    if _queue.rows:
        try:
            flush()
        except (OperationalError, InterfaceError) as error:
            log.warning("%d impressions wait for the database: %s", waiting(), error)
    if _queue.lost > _queue.told:
        metrics.IMPRESSIONS_DROPPED.inc(_queue.lost - _queue.told)
        log.error("%d impressions were dropped", _queue.lost - _queue.told)
        _queue.told = _queue.lost
