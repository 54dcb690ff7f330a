"""Zooming into a picture: which pictures have tiles, and asking a worker to cut them.

Tiles are cut when somebody first zooms, not when a picture comes in: an import of ten thousand
works is not slowed, and no disk is filled for works that nobody looks into. Until they are there,
and for pictures that are hardly larger than what is shown anyway, the largest variant is zoomed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from webapp import clients
from webapp.accounts import counting
from webapp.catalog.files import delete_tiles, variant_name
from webapp.catalog.models import ArtworkImage, Tiles
from webapp.jobs import Job, enqueue

MORE_DETAIL: Final = 1.25
"""How much wider than its largest variant a picture must be."""
HEAVY: Final = 8_000_000
"""Pixels from which on a browser should not have to hold the picture in one piece."""
QUEUE: Final = 50
"""Pictures that may wait in all: a few minutes of one worker."""
RETRY: Final = timedelta(hours=6)
PER_ADDRESS: Final = 60
"""Pictures that one address may have cut within a while; many may sit there."""
FRESH: Final = timedelta(days=1)
"""So exactly it is noted when tiles were last asked for."""
AT_ONCE: Final = 20
"""Pictures whose tiles are dropped in one go."""


def deserves(image: ArtworkImage) -> bool:
    """Tell whether there is more to see in tiles than in the largest variant."""
    wider = image.width >= MORE_DETAIL * image.widths[-1]
    return wider or image.width * image.height >= HEAVY


def largest(image: ArtworkImage) -> str:
    """Return the address of the largest variant, a JPEG."""
    return default_storage.url(variant_name(image.key, image.widths[-1], image.formats[-1]))


def find(image: ArtworkImage) -> Tiles | None:
    """Return the tiles of an image as it is now, asked for or done. One query."""
    return Tiles.objects.filter(image=image, key=image.key).first()


def are_done(image: ArtworkImage) -> bool:
    """Tell whether an image can be had as a IIIF image service. One query."""
    return Tiles.objects.filter(image=image, key=image.key, state=Tiles.State.DONE).exists()


def waiting() -> QuerySet[Tiles]:
    """Return the tiles that are to be cut; those of a picture that has changed are not."""
    return Tiles.objects.filter(state=Tiles.State.WAITING, key=F("image__key"))


@transaction.atomic
def ask(image: ArtworkImage, *, address: str | None = None) -> Tiles | None:
    """Ask a worker for the tiles of an image; what is there or waits already costs nothing.

    None where tiles would show no more, while too many pictures wait, and when too many were asked
    for from the `address` it comes from, if from outside: ask again later then. What failed is
    tried again after a while; perhaps only a storage was away.
    """
    known = find(image)
    if not deserves(image) or (known and not _is_worth_a_retry(known)):
        if known and known.state == Tiles.State.DONE and timezone.now() - known.asked > FRESH:
            Tiles.objects.filter(pk=known.pk).update(asked=timezone.now())
        return known
    if waiting().count() >= QUEUE or (address is not None and _asks_too_much(address)):
        return None
    row, _created = Tiles.objects.update_or_create(
        image=image,
        defaults={
            "key": image.key,
            "state": Tiles.State.WAITING,
            "reason": "",
            "asked": timezone.now(),
            "claimed_until": None,
            "attempts": 0,
        },
    )
    enqueue(Job.CUT_TILES)
    return row


@transaction.atomic
def drop_oldest() -> int:
    """Drop the tiles of pictures that nobody asked for longest, beyond `TILES_MOST`; return how
    many pictures. They are cut again when they are asked for."""
    done = Tiles.objects.filter(state=Tiles.State.DONE)
    too_many = min(AT_ONCE, done.count() - settings.TILES_MOST)
    if too_many <= 0:
        return 0
    # Held until the files are gone, so that nobody cuts them anew meanwhile.
    rows = done.select_for_update(skip_locked=True).order_by("asked", "pk")[:too_many]
    return _drop(list(rows))


@transaction.atomic
def drop_of(artwork_ids: Iterable[int]) -> int:
    """Drop the tiles of these works, asked for or done; return of how many."""
    rows = Tiles.objects.select_for_update().filter(image__artwork__in=list(artwork_ids))
    return _drop(list(rows))


def _drop(rows: list[Tiles]) -> int:
    for row in rows:
        delete_tiles(row.key)
    Tiles.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _asks_too_much(address: str) -> bool:
    return counting.is_too_much("tiles for", clients.network(address), most=PER_ADDRESS)


def _is_worth_a_retry(row: Tiles) -> bool:
    return row.state == Tiles.State.FAILED and timezone.now() - row.asked > RETRY
