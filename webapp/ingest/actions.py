"""Write side of ingest: files are received, and tried again.

A received file lies in the private storage from the first byte on and stays there as the
artwork's original; moving it would only make a moment in which it is in neither place.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.actions import show_again
from webapp.catalog.facts import Facts, to_json
from webapp.catalog.files import ORIGINALS
from webapp.catalog.models import Artwork
from webapp.ingest.models import Batch, Item
from webapp.ingest.queries import is_deleted
from webapp.jobs import Job, enqueue

log = logging.getLogger(__name__)

NAME_LENGTH: Final = 500
_FAILED: Final = Artwork.State.FAILED


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that somebody hands in."""

    name: str
    """For people; may be a path."""
    content: File[Any]
    """Read in chunks, so that its size costs no memory."""
    facts: Facts = field(default_factory=Facts)
    source_key: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that arrived some other way and lies in the private storage."""

    name: str
    """For people; may be a path."""
    stored: str
    """Its name there, which becomes the name of the original."""
    facts: Facts = field(default_factory=Facts)


def start_batch(*, source: str, user: User | None = None, held: bool = False) -> Batch:
    """Open a batch for the files to come. The works of a held one end as drafts."""
    return Batch.objects.create(source=source[:300], user=user, held=held)


def lock(batch: Batch) -> None:
    """Let nobody else do anything to a batch as a whole until the transaction ends.

    Comes before all other locks, see `webapp.ingest.changes`.
    """
    Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk).first()


def receive_files(*, batch: Batch, files: Iterable[Incoming]) -> list[Item]:
    """Store files, note each as a row, and ring unless others already wait for theirs.

    A ring per chunk of a big import would fill the queue, and embedding would come last.
    If the rows cannot be written, the stored files are deleted again.
    """
    originals = storages[ORIGINALS]
    stored: list[str] = []
    try:
        with transaction.atomic():
            items = []
            for file in files:
                stored.append(originals.save(f"incoming/{uuid.uuid4().hex}", file.content))
                items.append(_received(batch, file.name, stored[-1], file.facts, file.source_key))
            _note(items)
    except BaseException:
        for name in stored:
            originals.delete(name)
        raise
    return items


@transaction.atomic
def receive_stored(*, batch: Batch, files: Iterable[Stored]) -> list[Item]:
    """Note files that lie in the private storage already, as `receive_files` does.

    What comes late to a batch that was deleted is deleted with it; undoing brings it back too.
    """
    items = [_received(batch, file.name, file.stored, file.facts) for file in files]
    lock(batch)  # who deletes it waits for this, or this for them
    if is_deleted(batch):
        for item in items:
            item.state, item.finished = Item.State.DELETED, timezone.now()
    _note(items)
    return items


def refuse(*, batch: Batch, reasons: Iterable[tuple[str, str]]) -> None:
    """Tell the story of files that are not taken, each by its name and the reason."""
    refused = Item.objects.bulk_create(
        Item(
            batch=batch,
            name=name[:NAME_LENGTH],
            state=Item.State.REFUSED,
            reason=reason,
            finished=timezone.now(),
        )
        for name, reason in reasons
    )
    if refused:
        tell_again(batch=batch)


def tell_again(*, batch: Batch) -> None:
    """Let whoever brought a batch in be told of its end, also if they were told of one before."""
    Batch.objects.filter(pk=batch.pk).update(told=None)


@transaction.atomic
def retry_failed(*, batch: Batch) -> int:
    """Let the failed files of a batch try again. Return how many do.

    Refused files are not among them: the same bytes would be refused again.
    """
    lock(batch)
    failed = Item.objects.filter(batch=batch, state=Item.State.FAILED).select_related("artwork")
    # A work that somebody has withdrawn meanwhile is not shown again by this.
    stored = [item for item in failed if item.artwork and item.artwork.state == _FAILED]
    unfetched = [item for item in failed if item.url and not item.incoming]
    unchecked = [item for item in failed if item.artwork_id is None and item.incoming]
    _start_over(unfetched, Item.State.WANTED)
    _start_over(unchecked, Item.State.RECEIVED)
    show_again([item.artwork_id for item in stored if item.artwork_id is not None])
    _start_over(stored, Item.State.STORED)
    tell_again(batch=batch)
    if unfetched:
        enqueue(Job.FETCH_ITEMS)
    if unchecked:
        enqueue(Job.CHECK_ITEMS)
    return len(stored) + len(unfetched) + len(unchecked)


def settle(*, items: Iterable[int], state: Item.State, reason: str = "") -> None:
    """Write the end of the story of some items."""
    Item.objects.filter(pk__in=list(items)).update(
        state=state, reason=reason, finished=timezone.now(), claimed_until=None
    )


def discard_file(name: str) -> None:
    """Delete a received file that does not become an original."""
    try:
        storages[ORIGINALS].delete(name)
    except OSError as error:
        # A file too many does no harm; the story of its item is told either way.
        log.warning("could not delete %s: %s", name, error)


def _received(batch: Batch, name: str, stored: str, facts: Facts, source_key: str = "") -> Item:
    return Item(
        batch=batch,
        name=name[:NAME_LENGTH],
        incoming=stored,
        metadata=to_json(facts),
        source_key=source_key,
    )


def _note(items: list[Item]) -> None:
    """Write the rows of received files, and ring unless others already wait for theirs."""
    rung = Item.objects.filter(state=Item.State.RECEIVED, claimed_until=None).exists()
    Item.objects.bulk_create(items)
    Batch.objects.filter(pk__in={item.batch_id for item in items}).update(told=None)
    if not rung and any(item.state == Item.State.RECEIVED for item in items):
        enqueue(Job.CHECK_ITEMS)


def _start_over(items: list[Item], state: Item.State) -> None:
    failed = Item.objects.filter(pk__in=[item.pk for item in items], state=Item.State.FAILED)
    failed.update(state=state, reason="", attempts=0, claimed_until=None, finished=None)
