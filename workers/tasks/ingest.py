"""Check received files: open, orient, measure, make variants, and make artworks of them."""

from __future__ import annotations

import logging
import os
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from artrec.errors import ImageError
from webapp.catalog import files
from webapp.catalog.actions import (
    UNTITLED,
    CheckedImage,
    DuplicateImageError,
    create_or_update_artwork,
    publish_image,
)
from webapp.catalog.facts import Facts, from_json, to_json
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.actions import discard_file, settle
from webapp.ingest.models import Item
from webapp.jobs import Job, enqueue
from webapp.vectors.models import Feature, Vector
from workers import claims, picture_facts, pictures
from workers.app import app

log = logging.getLogger(__name__)

BATCH: Final = 8
ROUNDS: Final = 8
"""Batches per run; then embedding gets its turn, so that works appear while others come in."""
THREADS: Final = min(4, os.cpu_count() or 1)
"""Pictures opened at once in one process; the largest needs about 1 GB."""


@app.task(
    name=Job.CHECK_ITEMS.value,
    autoretry_for=(OperationalError, InterfaceError),  # the database is away for a moment
    retry_backoff=True,
    max_retries=5,
)
def check_items() -> None:
    """Check files that nobody works on until none is left or it is another job's turn.

    Safe to run twice and beside itself: files are claimed, and a unique SHA-256 decides.
    """
    _give_up()
    stored, ids = 0, []
    for _ in range(ROUNDS):
        ids = claims.claim(Item.objects.filter(state=Item.State.RECEIVED), limit=BATCH)
        if not ids:
            break
        stored += _check_batch(ids)
    if stored:
        enqueue(Job.EMBED_ARTWORKS)
    if ids:  # more may wait; embedding, rung for first, gets its turn before
        enqueue(Job.CHECK_ITEMS)


def _check_batch(ids: list[int]) -> int:
    """Check claimed items, several at a time; return how many became artworks."""
    items = Item.objects.filter(pk__in=ids, state=Item.State.RECEIVED)
    open_ids = set(ids)
    stored = 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="check") as pool:
        futures = {pool.submit(_look_at, item.incoming): item for item in items}
        for future in as_completed(futures):
            item = futures[future]
            stored += _conclude(item, future)
            open_ids.discard(item.pk)
            claims.extend(Item, open_ids)
    return stored


def _look_at(incoming: str) -> tuple[CheckedImage, Facts]:
    """Check a picture, and read what it says of itself; no database here."""
    image = pictures.check(incoming)
    return image, picture_facts.read(incoming)


def _conclude(item: Item, future: Future[tuple[CheckedImage, Facts]]) -> bool:
    """Write down what became of one item; tell whether it became an artwork."""
    try:
        image, proposed = future.result()
    except ImageError as error:
        settle(items=[item.pk], state=Item.State.REFUSED, reason=str(error))
        discard_file(item.incoming)
    except FileNotFoundError:
        reason = "The received file is no longer there. Upload it again."
        settle(items=[item.pk], state=Item.State.FAILED, reason=reason)
    except (OSError, MemoryError) as error:
        # Not the picture's fault: the claim runs out and it is tried again.
        log.exception("item %s could not be checked", item.pk)
        Item.objects.filter(pk=item.pk).update(reason=f"It will be tried again ({error}).")
    else:
        return _store(item, image, proposed)
    return False


def _store(item: Item, image: CheckedImage, proposed: Facts) -> bool:
    """Make the artwork and end the item's first step in one transaction, or clean up."""
    try:
        with transaction.atomic():
            waiting = Item.objects.select_for_update(of=("self",)).select_related("batch")
            # As it is now: a metadata table may have been applied meanwhile.
            if now := waiting.filter(pk=item.pk, state=Item.State.RECEIVED).first():
                _publish(now, image, proposed)
                return True
            log.info("item %s is gone or was done by another worker", item.pk)
    except DuplicateImageError as duplicate:
        _conclude_duplicate(item, duplicate.artwork)
    except BaseException:
        _clean_up(image)
        raise
    _clean_up(image)
    return False


def _publish(item: Item, image: CheckedImage, proposed: Facts) -> None:
    published = publish_image(
        image=image,
        facts=_facts(item, proposed),
        source_key=item.source_key or None,
        held=item.batch.held,
        # Works hang in the order in which their files came, whichever is checked first.
        added=item.batch.created - timedelta(microseconds=item.pk),
    )
    artwork = published.artwork
    if published.replaced:
        # What was seen in the old picture says nothing of the new one.
        Feature.objects.filter(artwork=artwork).delete()
        Vector.objects.filter(artwork=artwork).delete()
        transaction.on_commit(partial(files.delete_files, published.replaced))
    Item.objects.filter(pk=item.pk).update(
        state=Item.State.STORED,
        artwork=artwork,
        proposed=to_json(proposed),
        checked=timezone.now(),
        reason="",
        claimed_until=None,
    )
    if Artwork.objects.filter(pk=artwork.pk, state=Artwork.State.WITHDRAWN).exists():
        settle(items=[item.pk], state=Item.State.VISIBLE, reason="The work is withdrawn.")


def _facts(item: Item, proposed: Facts) -> Facts:
    """What is known of a file: by a table or a source, else by the picture, else by its name.

    Where a collection has its own records, what a photographer wrote into the file is not asked.
    """
    said = from_json(item.metadata)
    if item.source_key:
        return said
    named = Facts(title=PurePosixPath(item.name).stem[:300] or UNTITLED)
    return Facts(**{**named, **proposed, **said})


def _conclude_duplicate(item: Item, artwork: Artwork) -> None:
    """The same file is here already: as this very work from an earlier run, or as another."""
    Item.objects.filter(pk=item.pk).update(artwork=artwork, checked=timezone.now())
    if item.source_key and artwork.source_key == item.source_key:
        create_or_update_artwork(facts=from_json(item.metadata), source_key=item.source_key)
        Item.objects.filter(pk=item.pk).update(state=Item.State.STORED, claimed_until=None)
    else:
        reason = f"The same file is already here as “{artwork.title}” by {artwork.artist}."
        if artwork.deleted:
            reason += " That work was deleted; undo its deletion to have it back."
        settle(items=[item.pk], state=Item.State.DUPLICATE, reason=reason)


def _clean_up(image: CheckedImage) -> None:
    """Delete the files of an image that got no row; another worker's row keeps them."""
    if not ArtworkImage.objects.filter(key=image.key).exists():
        files.delete_variants(image.key, files.variants(image.widths, image.formats))
        needed = (Item.State.RECEIVED, Item.State.FAILED, Item.State.DELETED)
        if not Item.objects.filter(incoming=image.original, state__in=needed).exists():
            discard_file(image.original)


def _give_up() -> None:
    """End the story of files that were tried too often."""
    spent = claims.exhausted(Item.objects.filter(state=Item.State.RECEIVED))
    for item in Item.objects.filter(pk__in=spent):
        reason = (
            f"It was tried {item.attempts} times and the worker ended each time, perhaps for lack "
            f"of memory. Save it at a smaller size, or try again. {item.reason}"
        )
        settle(items=[item.pk], state=Item.State.FAILED, reason=reason.strip())
