"""Cut the tiles of pictures that somebody wants to look into."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction

from artrec.errors import ImageError
from artrec.images import Limits, open_image
from artrec.images.tiles import make_tiles
from webapp.catalog import files, tiles
from webapp.catalog.models import ArtworkImage, Tiles
from webapp.jobs import Job, enqueue
from workers import claims, resources
from workers.app import app

log = logging.getLogger(__name__)

EXTEND_SECONDS: Final = 5.0
GIVEN_UP: Final = "The worker ended each time, perhaps for lack of memory."


@app.task(
    name=Job.CUT_TILES.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def cut_tiles() -> None:
    """Cut one picture that waits; then other jobs get their turn. Safe to run twice."""
    waiting = tiles.waiting()
    spent = Tiles.objects.filter(pk__in=claims.exhausted(waiting))
    for key in spent.values_list("key", flat=True):
        files.delete_tiles(key)
    spent.update(state=Tiles.State.FAILED, reason=GIVEN_UP, claimed_until=None)
    for pk in claims.claim(waiting, limit=1):
        _work(pk)
        tiles.drop_oldest()
        if waiting.filter(claims.free()).exists():
            enqueue(Job.CUT_TILES)


def _work(pk: int) -> None:
    row = Tiles.objects.select_related("image").filter(pk=pk).first()
    if row is None:
        return  # the work was deleted
    started = time.perf_counter()
    try:
        count = _write(row)
    except (ImageError, OSError) as error:
        log.warning("%s could not be cut: %s", row, error)
        files.delete_tiles(row.key)
        _end(row, Tiles.State.FAILED, str(error))
        return
    if _end(row, Tiles.State.DONE):
        log.info("cut %s into %d files in %.1f s", row, count, time.perf_counter() - started)
    else:
        files.delete_tiles(row.key)  # the picture was changed or deleted meanwhile


def _write(row: Tiles) -> int:
    """Write every tile; what a killed worker left behind is written over."""
    limits = replace(Limits(), max_bytes=settings.UPLOAD_MAX_BYTES)
    opened = open_image(resources.original(row.image.original), limits=limits)
    count, said = 0, time.monotonic()
    for tile in make_tiles(opened.pixels):
        name = files.tile_name(row.key, tile.region, tile.size)
        default_storage.delete(name)  # a storage would choose another name
        default_storage.save(name, ContentFile(tile.data))
        count += 1
        if time.monotonic() - said > EXTEND_SECONDS:
            said = time.monotonic()
            claims.extend(Tiles, [row.pk])
    return count


@transaction.atomic
def _end(row: Tiles, state: Tiles.State, reason: str = "") -> bool:
    """Close the row; False where the picture it was asked for is no longer there."""
    image = ArtworkImage.objects.select_for_update().filter(pk=row.image_id, key=row.key).first()
    if image is None:
        return False
    open_rows = Tiles.objects.filter(pk=row.pk, key=row.key)
    return bool(open_rows.update(state=state, reason=reason, claimed_until=None))
