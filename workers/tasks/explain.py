"""Compare pictures by their regions, when visitors ask which correspond."""

from __future__ import annotations

import logging
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from artrec.errors import ArtrecError
from artrec.features.correspond import compare, spotlight
from artrec.images import OpenedImage, open_image
from artrec.images.masks import alpha_mask
from artrec.serving.transform import Transform
from webapp.catalog.models import Artwork
from webapp.feed import explaining
from webapp.feed.models import Correspondence
from webapp.jobs import Job, enqueue
from webapp.vectors.models import Space
from workers import answering, claims, resources, spaces
from workers.app import app

log = logging.getLogger(__name__)

PER_RUN: Final = 8
"""Pairs per run; then other jobs get their turn."""
AT_LEAST: Final = 448
"""Pixels of the short side below which decoding smaller would lose something."""
FAILED: Final = "These two pictures could not be compared."


@app.task(
    name=Job.EXPLAIN.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def explain() -> None:
    """Work on pairs that wait, one after the other. Safe to run twice and to be killed."""
    waiting = Correspondence.objects.filter(state=Correspondence.State.QUEUED)
    for _ in range(PER_RUN):
        claimed = claims.claim(waiting, limit=1)
        if not claimed:
            break
        _work(claimed[0])
        answering.answer_waiting()
    else:
        enqueue(Job.EXPLAIN)
    for pk in claims.exhausted(waiting):
        _end(pk, state=Correspondence.State.FAILED, reason=FAILED)
    explaining.tidy()


def _work(pk: int) -> None:
    related = ("first__image", "second__image")
    row = Correspondence.objects.select_related(*related).filter(pk=pk).first()
    if row is None:
        return  # one of the works was deleted
    try:
        values = _compared(row)
    except (ArtrecError, OSError, Artwork.image.RelatedObjectDoesNotExist) as error:
        log.warning("%s could not be compared: %s", row, error)
        values = {"state": Correspondence.State.FAILED, "reason": FAILED}
    _end(pk, **values)


def _compared(row: Correspondence) -> dict[str, Any]:
    """Return what to write of a pair. Of a work with a new picture that is compared."""
    images = [_open(work).pixels for work in (row.first, row.second)]
    found = compare(
        resources.extractor(row.extractor), *images, transform=_transform(row.extractor)
    )
    masks = [
        alpha_mask(light, ratio=image.width / image.height)
        for light, image in zip(spotlight(found), images, strict=True)
    ]
    return {
        "state": Correspondence.State.DONE,
        "keys": explaining.keys_of(row.first, row.second),
        "pairs": [
            {"first": _place(pair.a), "second": _place(pair.b), "cosine": round(pair.cosine, 3)}
            for pair in found.pairs
        ],
        "first_mask": masks[0],
        "second_mask": masks[1],
    }


def _open(work: Artwork) -> OpenedImage:
    return open_image(resources.original(work.image.original), at_least=AT_LEAST)


def _place(place: tuple[float, float]) -> list[float]:
    return [round(coordinate, 4) for coordinate in place]


def _transform(extractor: str) -> Transform | None:
    """What standardises the rows of whole pictures, unless too few were there to fit it on."""
    fitted = Space.objects.filter(purpose=spaces.LOOK, extractor=extractor, fitted_on__gt=0)
    space = fitted.order_by("-pk").first()
    return Transform.from_bytes(bytes(space.transform)) if space else None


def _end(pk: int, **values: object) -> None:
    """Close a pair that is still open."""
    Correspondence.objects.filter(pk=pk, state=Correspondence.State.QUEUED).update(
        **values, finished=timezone.now(), claimed_until=None
    )
