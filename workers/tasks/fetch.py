"""Fetch the pictures that a sync wants, one by one, at the pace of the museums."""

from __future__ import annotations

import logging
import tempfile
import time
import uuid
from datetime import timedelta
from functools import partial
from typing import IO, Final

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now

from webapp.catalog.files import ORIGINALS
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.actions import discard_file, settle
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import Downloaded, TryLaterError, download
from webapp.ingest.models import Item, Origin
from webapp.ingest.sources.iiif3 import whole
from webapp.ingest.sources.registry import SOURCES, web_for
from webapp.jobs import Job, enqueue
from workers import claims
from workers.app import app

log = logging.getLogger(__name__)

TURN_SECONDS: Final = 20.0
"""Of one run; then checking and embedding get their turn, so that works appear meanwhile."""
PATIENCE: Final = 5.0
"""Seconds to wait for a turn while holding a picture; later ones are given back until then."""
LONGEST_CLAIM: Final = 1800.0
"""Then it is looked at again; the host is asked no earlier for that."""
EXTEND_SECONDS: Final = 5.0


@app.task(
    name=Job.FETCH_ITEMS.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def fetch_items() -> None:
    """Fetch pictures that nobody else fetches, until none is left or it is another job's turn.

    Safe to run twice and beside itself: items are claimed, and only one can become received.
    """
    _give_up()
    end, ids = time.monotonic() + TURN_SECONDS, [0]
    while ids and time.monotonic() < end:
        ids = claims.claim(Item.objects.filter(state=Item.State.WANTED), limit=1)
        for item in Item.objects.filter(pk__in=ids, state=Item.State.WANTED):
            _fetch(item)
    if ids:
        enqueue(Job.FETCH_ITEMS)


def _fetch(item: Item) -> None:
    """Fetch one picture and hand it on, or write down why not."""
    origin = Origin.objects.filter(source_key=item.source_key, image_url=item.url).first()
    with tempfile.TemporaryFile() as stream:
        try:
            got = _download(item, origin, stream)
        except TryLaterError as error:
            _later(item, error)
        except FetchError as error:
            settle(items=[item.pk], state=Item.State.FAILED, reason=str(error))
        except OSError as error:
            # Our own disk or network: the claim runs out and it is tried again.
            log.exception("item %s could not be fetched", item.pk)
            Item.objects.filter(pk=item.pk).update(reason=f"It will be tried again ({error}).")
        else:
            if got is None:
                _leave(item)
            else:
                _hand_on(item, stream, got)


def _download(item: Item, origin: Origin | None, stream: IO[bytes]) -> Downloaded | None:
    source = SOURCES.get(item.source_key.partition(":")[0])
    if source is None:
        raise FetchError(f"There is no source of {item.source_key} any more.")
    # Without the picture that it was, "not modified" would leave the work with none.
    kept = ArtworkImage.objects.filter(artwork__source_key=item.source_key).exists()
    known = origin if kept else None
    holder = _Holder(item.pk)
    get = partial(
        download,
        web_for(source, patience=PATIENCE, sleep=holder.sleep),
        stream=stream,
        limit=settings.UPLOAD_MAX_BYTES,
        etag=known.etag if known else "",
        last_modified=known.last_modified if known else "",
        on_chunk=holder.extend,
    )
    try:
        return get(item.url)
    except TryLaterError:
        raise
    except FetchError:
        if (url := whole(item.url)) == item.url:
            raise
        return get(url)  # not every server makes pictures of the size that we ask for


class _Holder:
    """Extends a claim now and then, however often it is asked to."""

    def __init__(self, pk: int) -> None:
        self._pk = pk
        self._last = time.monotonic()

    def extend(self) -> None:
        if time.monotonic() - self._last > EXTEND_SECONDS:
            self._last = time.monotonic()
            claims.extend(Item, [self._pk])

    def sleep(self, seconds: float) -> None:
        self.extend()
        time.sleep(seconds)


def _leave(item: Item) -> None:
    work = Artwork.objects.filter(source_key=item.source_key).first()
    Item.objects.filter(pk=item.pk).update(artwork=work)
    reason = "The museum's picture has not changed."
    settle(items=[item.pk], state=Item.State.VISIBLE, reason=reason)


def _hand_on(item: Item, stream: IO[bytes], got: Downloaded) -> None:
    """Store the picture, and let it be checked. Only one worker can do so."""
    stream.seek(0)
    name = storages[ORIGINALS].save(f"incoming/{uuid.uuid4().hex}", File(stream))
    try:
        with transaction.atomic():
            handed_on = _receive(item, name, got)
    except BaseException:
        discard_file(name)
        raise
    if not handed_on:
        log.info("item %s is gone or was fetched by another worker", item.pk)
        discard_file(name)


def _receive(item: Item, name: str, got: Downloaded) -> bool:
    # As where files are handed in: one ring for as many as wait together.
    rung = Item.objects.filter(state=Item.State.RECEIVED, claimed_until=None).exists()
    waiting = Item.objects.filter(pk=item.pk, state=Item.State.WANTED)
    received = waiting.update(
        state=Item.State.RECEIVED, incoming=name, attempts=0, claimed_until=None, reason=""
    )
    if received:
        Origin.objects.filter(source_key=item.source_key, image_url=item.url).update(
            etag=got.etag, last_modified=got.last_modified
        )
        if not rung:
            enqueue(Job.CHECK_ITEMS)
    return bool(received)


def _later(item: Item, error: TryLaterError) -> None:
    """Give an item back until then; it costs an attempt only if somebody was asked."""
    Item.objects.filter(pk=item.pk, state=Item.State.WANTED).update(
        claimed_until=Now() + timedelta(seconds=min(error.seconds, LONGEST_CLAIM)),
        attempts=F("attempts") - (0 if error.asked else 1),
        reason=str(error),
    )


def _give_up() -> None:
    """End the story of pictures that were tried too often."""
    spent = claims.exhausted(Item.objects.filter(state=Item.State.WANTED))
    for item in Item.objects.filter(pk__in=spent):
        reason = f"It was tried {item.attempts} times. {item.reason}".strip()
        settle(items=[item.pk], state=Item.State.FAILED, reason=reason)
