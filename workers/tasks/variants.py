"""Make what pictures lack of today's sizes and formats, while no other work waits."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now

from artrec.errors import ImageError
from artrec.images import Limits, make_variants, open_image
from webapp.catalog import files, variants
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.jobs import Job, enqueue
from workers import answering, claims, pictures, resources
from workers.app import app
from workers.turns import works_come_in

log = logging.getLogger(__name__)

PER_RUN: Final = 8
"""Pictures per run; then other jobs get their turn."""
FAILURES: Final = 2
"""Per run; where as many files cannot be read or written, the storage is away."""
PUT_OFF: Final = timedelta(hours=1)


@app.task(
    name=Job.COMPLETE_VARIANTS.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def complete_variants() -> None:
    """Work on a few pictures. Safe to run twice and to be killed.

    Whatever comes in goes first: what is left then is found by the timer.
    """
    ids = [] if works_come_in() else claims.claim(variants.outdated(), limit=PER_RUN)
    failures = 0
    for position, pk in enumerate(ids):
        if works_come_in() or failures == FAILURES:
            claims.release(Artwork, ids[position:])
            return
        failures += not _work(pk)
        claims.extend(Artwork, ids[position + 1 :])
        answering.answer_waiting()
    if ids:
        enqueue(Job.COMPLETE_VARIANTS)


def _work(pk: int) -> bool:
    """Complete one claimed work; False if it could not be read or written, and is put off."""
    image = ArtworkImage.objects.filter(artwork=pk).first()
    if image is None:
        return True  # it was deleted
    attempts = 0
    try:
        _make(image)
    except (ImageError, FileNotFoundError) as error:
        log.warning("%s of artwork %d cannot be completed: %s", image, pk, error)
        attempts = claims.MAX_ATTEMPTS
    except OSError as error:
        # Its file or the whole storage: the others have their turn before it is tried again.
        log.warning("%s of artwork %d cannot be completed now: %s", image, pk, error)
        Artwork.objects.filter(pk=pk).update(claimed_until=Now() + PUT_OFF, attempts=0)
        return False
    shown = Artwork.objects.filter(pk=pk, state=Artwork.State.VISIBLE)
    shown.update(claimed_until=None, attempts=attempts)
    return True


def _make(image: ArtworkImage) -> None:
    """Write what is missing beside what is there, then say so in the row."""
    started = time.perf_counter()
    limits = replace(Limits(), max_bytes=settings.UPLOAD_MAX_BYTES)
    opened = open_image(resources.original(image.original), limits=limits)
    widths, formats = variants.complete(image)
    known = set(files.variants(image.widths, image.formats))
    made = []
    for variant in make_variants(opened.pixels, widths=widths, formats=formats, known=known):
        pictures.write(files.variant_name(image.key, variant.width, variant.format), variant.data)
        made.append((variant.width, variant.format))
        claims.extend(Artwork, [image.artwork_id])
    if variants.switch(image, widths=widths, formats=formats):
        seconds = time.perf_counter() - started
        log.info("made %d files for artwork %d in %.1f s", len(made), image.artwork_id, seconds)
    else:
        files.delete_variants(image.key, made)
