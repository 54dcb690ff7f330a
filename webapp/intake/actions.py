"""Write side of intake: sendings are begun and closed, files that arrived are handed over."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.files import ORIGINALS
from webapp.ingest.actions import (
    Stored,
    discard_file,
    receive_stored,
    refuse,
    start_batch,
    tell_again,
)
from webapp.ingest.models import Batch
from webapp.ingest.queries import deleted_batches, is_deleted
from webapp.ingest.sheets import receive_sheet
from webapp.intake import staging
from webapp.intake.limits import most_bytes, too_large
from webapp.intake.models import Parcel, Sending, Upload
from webapp.intake.names import Kind, facts_of, kind_of, shown
from webapp.intake.queries import all_arrived
from webapp.jobs import Job, enqueue

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=3)
"""How long an unfinished file waits for its next bytes, and a sending for its next file."""
SETTLED: Final = timedelta(minutes=5)
"""How long after its last file a sending is closed that its browser does not close."""
REMEMBERED: Final = timedelta(days=7)
"""How long after its end it is known what a sending sent."""
MOST_OPEN: Final = 200
"""Unfinished files of one person."""
SPARE_BYTES: Final = 2**30
"""Room on the disk that uploads leave to the rest of the site."""

Key = tuple[str, int, str]
"""What a browser knows of a file: its path, its size in bytes, and when it was changed."""


class RefusedError(Exception):
    """A file that is not taken; the message is a sentence for who sends it."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def begin(*, user: User, files: int, size: int, held: bool, sample: Sequence[Key]) -> Sending:
    """Return the unclosed sending of this person that some files of a `sample` belong to, else a
    new one with a batch of its own."""
    fingerprints = [fingerprint(key) for key in sample]
    with transaction.atomic():
        open_ones = Sending.objects.filter(batch__user=user, closed=None)
        open_ones = open_ones.exclude(batch__in=deleted_batches())
        known = open_ones.filter(uploads__fingerprint__in=fingerprints)
        found = known.select_related("batch").order_by("-pk").first()
        if found is None:
            name = _called(user, [path for path, _size, _changed in sample])
            batch = start_batch(source=name, user=user, held=held)
            return Sending.objects.create(batch=batch, files=files, bytes=size)
        found.files, found.bytes = max(files, found.files), max(size, found.bytes)
        found.save()
    return found


def _called(user: User, paths: Sequence[str]) -> str:
    """Name a batch after the folder or the archive that it is, if it is one."""
    tops = {shown(path).partition("/") for path in paths}
    folders = {top for top, slash, _rest in tops if slash}
    if len(folders) == 1 and all(slash for _top, slash, _rest in tops):
        return folders.pop()
    if len(tops) == 1 and kind_of(name := shown(paths[0])) is Kind.ARCHIVE:
        return name
    return f"Upload by {user.get_username()}"


def add(*, sending: Sending, files: int, size: int) -> None:
    """Expect more files than were chosen at first."""
    Sending.objects.filter(pk=sending.pk).update(
        files=F("files") + files, bytes=F("bytes") + size, touched=timezone.now()
    )


def close(*, sending: Sending) -> None:
    """End a sending; what has not arrived completely is dropped."""
    for upload in Upload.objects.filter(sending=sending, state=Upload.State.OPEN):
        drop(upload=upload)
    Sending.objects.filter(pk=sending.pk, closed=None).update(closed=timezone.now())


def fingerprint(key: Key) -> str:
    """Return what the same file chosen again has again."""
    path, size, changed = key
    text = f"{path}\n{size}\n{changed}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def open_upload(*, sending: Sending, key: Key) -> Upload:
    """Return the row of a file that is to arrive; the same one however often it is asked for.

    Raises:
        RefusedError: If the file is too large, or too much is on its way.
    """
    digest = fingerprint(key)
    found = Upload.objects.filter(sending=sending, fingerprint=digest).first()
    name, size = shown(key[0]), key[1]
    if found is None:
        if sending.closed or is_deleted(sending.batch):
            raise RefusedError(HTTPStatus.GONE, "This upload was ended. Choose the files again.")
        state = Upload.State.OPEN
        if size > most_bytes(name):
            state = Upload.State.REFUSED
        elif problem := _no_room(sending, size):
            raise problem
        found = _written(sending, digest, name=name, size=size, state=state)
    if found.state == Upload.State.REFUSED:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(name, size))
    return found


def conclude(pk: UUID) -> None:
    """Hand over a file once all of it is here: in one transaction, so never lost and never twice.

    Whoever comes too late, or too early, changes nothing.

    Raises:
        BusyError: If another request still writes to it, and may yet take back what it wrote.
    """
    with transaction.atomic():
        rows = Upload.objects.select_for_update(of=("self",)).select_related("sending__batch")
        upload = rows.filter(pk=pk, state=Upload.State.OPEN).first()
        if upload is None or staging.length(upload.stored) < upload.size:
            return
        with staging.appending(upload.stored) as stream:
            if stream.seek(0, 2) < upload.size:
                return
            staging.keep(upload.stored)
        take(batch=upload.sending.batch, name=upload.name, stored=upload.stored)
        Upload.objects.filter(pk=pk).update(state=Upload.State.DONE)
        Sending.objects.filter(pk=upload.sending_id).update(touched=timezone.now())


def take(*, batch: Batch, name: str, stored: str) -> None:
    """Put a file that lies in the storage on its way, by what its name says it is."""
    kind = kind_of(name)
    if kind is Kind.ARCHIVE:
        Parcel.objects.create(batch=batch, name=name, stored=stored)
        enqueue(Job.UNPACK)
    elif kind is Kind.TABLE:
        with storages[ORIGINALS].open(stored) as content:
            receive_sheet(batch=batch, name=name, content=File(content))
        transaction.on_commit(partial(discard_file, stored))
    else:
        receive_stored(batch=batch, files=[Stored(name, stored, facts_of(name))])
        return
    tell_again(batch=batch)  # no items of theirs may ever do it


def take_plain(*, user: User, held: bool, files: Sequence[File[Any]]) -> Batch:
    """Take the files of a form, which arrived all at once."""
    originals = storages[ORIGINALS]
    kept: list[str] = []
    try:
        with transaction.atomic():
            name = f"Upload by {user.get_username()}"
            batch = start_batch(source=name, user=user, held=held)
            for file in files:
                kept.append(originals.save(staging.new_name(), file))
                take(batch=batch, name=shown(file.name or ""), stored=kept[-1])
    except BaseException:
        for stored in kept:
            originals.delete(stored)
        raise
    return batch


def drop(*, upload: Upload) -> None:
    """Forget a file that has not arrived completely."""
    gone, _rows = Upload.objects.filter(pk=upload.pk, state=Upload.State.OPEN).delete()
    if gone:
        staging.discard(upload.stored)


def touch(*, upload: Upload) -> datetime:
    """Note that a file goes on arriving; return until when it may rest now."""
    now = timezone.now()
    Upload.objects.filter(pk=upload.pk).update(expires=now + KEPT)
    Sending.objects.filter(pk=upload.sending_id).update(touched=now)
    return now + KEPT


def tidy() -> None:
    """Hand over what is complete, and drop what nobody went on with. Safe at any time."""
    now = timezone.now()
    for upload in Upload.objects.filter(state=Upload.State.OPEN):
        if staging.length(upload.stored) >= upload.size:
            with suppress(staging.BusyError):
                conclude(upload.pk)  # its web process ended between the last byte and the row
        elif upload.expires < now:
            drop(upload=upload)
    for sending in Sending.objects.filter(closed=None, touched__lt=now - KEPT):
        close(sending=sending)
    for sending in all_arrived().filter(touched__lt=now - SETTLED):
        close(sending=sending)  # its browser was closed before it could say so
    Upload.objects.filter(sending__closed__lt=now - REMEMBERED).delete()


def _written(sending: Sending, digest: str, **values: Any) -> Upload:
    """Write the row of a file, unless another request just did; a refused one tells its story."""
    with transaction.atomic():
        values |= {"stored": staging.new_name(), "expires": timezone.now() + KEPT}
        row, is_new = Upload.objects.get_or_create(
            sending=sending, fingerprint=digest, defaults=values
        )
        if is_new and row.state == Upload.State.REFUSED:
            refuse(batch=sending.batch, reasons=[(row.name, too_large(row.name, row.size))])
    return row


def _no_room(sending: Sending, size: int) -> RefusedError | None:
    user = sending.batch.user_id
    arriving = Upload.objects.filter(sending__batch__user=user, state=Upload.State.OPEN)
    if arriving.count() >= MOST_OPEN:
        return RefusedError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"{MOST_OPEN} files of yours have begun to arrive and not ended. Go on with those, or "
            "leave an earlier upload at what it is.",
        )
    if staging.free_bytes() < size + SPARE_BYTES:
        log.error("no room on the disk for an upload of %d bytes", size)
        return RefusedError(
            HTTPStatus.INSUFFICIENT_STORAGE,
            "There is no room left on the server's disk. Tell who looks after it.",
        )
    return None
