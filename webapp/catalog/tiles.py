"""Zooming into a picture: which pictures have tiles, and asking a worker to cut them.

Tiles are cut when somebody first zooms, not when a picture comes in: an import of ten thousand
works is not slowed, and no disk is filled for works that nobody looks into. Until they are there,
and for pictures that are hardly larger than what is shown anyway, the largest variant is zoomed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from webapp.catalog.files import variant_name
from webapp.catalog.models import ArtworkImage, Tiles
from webapp.jobs import Job, enqueue

MORE_DETAIL: Final = 1.25
"""How much wider than its largest variant a picture must be."""
HEAVY: Final = 8_000_000
"""Pixels from which on a browser should not have to hold the picture in one piece."""
QUEUE: Final = 50
"""Pictures that may wait in all: a few minutes of one worker."""
RETRY: Final = timedelta(hours=6)


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
def ask(image: ArtworkImage) -> Tiles | None:
    """Ask a worker for the tiles of an image; what is there or waits already costs nothing.

    None where tiles would show no more, and while too many pictures wait: ask again later then.
    What failed is tried again after a while; perhaps only a storage was away.
    """
    known = find(image)
    if not deserves(image) or (known and not _is_worth_a_retry(known)):
        return known
    if waiting().count() >= QUEUE:
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


def _is_worth_a_retry(row: Tiles) -> bool:
    return row.state == Tiles.State.FAILED and timezone.now() - row.asked > RETRY
