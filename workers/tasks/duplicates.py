"""Compare the pictures of new works with those that are here, and note which may be the same."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

from django.db import InterfaceError, OperationalError, transaction

from artrec.errors import ArtrecError
from artrec.images import open_image
from artrec.images.fingerprints import Bits, turned
from artrec.images.matching import LOOKED_AT
from artrec.images.sameness import NEAR_BITS, Picture, compare
from webapp.catalog.models import ArtworkImage
from webapp.duplicates import actions, queries
from webapp.duplicates.models import Fingerprint
from webapp.jobs import Job, enqueue
from webapp.vectors import queries as vectors
from workers import answering, claims, resources
from workers.app import app
from workers.turns import works_come_in, works_pile_up

log = logging.getLogger(__name__)

SECONDS: Final = 5.0
"""Of a run; then other jobs get their turn, for nobody waits for this one."""
SHARE: Final = 2.0
"""Seconds of a run while some works come in, which are so much later on the walls."""
NEIGHBOURS: Final = 8
"""Works of the nearest look that are compared; see `benchmarks.bench_duplicates`."""
REMEMBERED: Final = 64
"""Pictures kept to be compared again, of about 0.6 MB each."""
FAILED: Final = "The picture could not be opened to be compared with others: {}"


@app.task(
    name=Job.FIND_DUPLICATES.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def find_duplicates() -> None:
    """Compare works that wait until none is left or it is another job's turn.

    Where more comes in than is worked off, that goes first, and the next round finds what is left
    then; what trickles in shares the workers with this.
    Safe to run twice and to be killed: works are claimed, and a pair has one row. Of two new works
    at least one finds the other, for each writes its fingerprint before it looks.
    """
    begun = time.monotonic()
    near: Collection[int] = ()
    while not works_pile_up():
        # Those that the last one was compared with come next: much of what they need is remembered.
        claimed = claims.claim(queries.waiting().filter(pk__in=near), limit=1)
        claimed = claimed or claims.claim(queries.waiting(), limit=1)
        if not claimed:
            break
        near = _work(claimed[0])
        answering.answer_waiting()
        if time.monotonic() - begun > (SHARE if works_come_in() else SECONDS):
            enqueue(Job.FIND_DUPLICATES)
            return
    for pk in claims.exhausted(queries.waiting()):
        _end(pk, state=Fingerprint.State.FAILED, reason=FAILED.format("it was tried too often."))


def _work(pk: int) -> Collection[int]:
    """Compare one work; return with which others."""
    image = ArtworkImage.objects.filter(artwork=pk).first()
    if image is None:
        return ()  # the work was deleted
    try:
        own = _picture(image.original)
    except (ArtrecError, OSError) as error:
        log.warning("artwork %s could not be compared: %s", pk, error)
        _end(pk, state=Fingerprint.State.FAILED, reason=FAILED.format(error))
        return ()
    # A picture that was replaced meanwhile waits again, under its own key.
    row = Fingerprint.objects.filter(pk=pk, key=image.key)
    if not row.update(bits=_text(own.bits)):
        return ()
    candidates = _candidates(pk, own)
    images = ArtworkImage.objects.filter(artwork__in=candidates)
    found = {
        other: columns
        for other, original in images.values_list("artwork", "original")
        if (columns := _compared(own, original, is_first=pk < other))
    }
    with transaction.atomic():
        if row.select_for_update().exists():
            new = actions.note_pairs(pk, found)
            _end(pk, state=Fingerprint.State.DONE)
            if new:
                log.info("artwork %s may be here %d times more", pk, new)
    return candidates


def _candidates(pk: int, own: Picture) -> Collection[int]:
    """Works that are worth a closer look: alike as wholes, near in look, or suspected before, also
    where what was suspected is another work now."""
    turns = [_text(bits) for bits in turned(own.bits)]
    ids = set(queries.alike(pk, turns, most=NEAR_BITS))
    if (space := vectors.live_space()) and len(look := vectors.vectors_of(space, [pk])[1]):
        near = vectors.nearest(space, look[0], limit=NEIGHBOURS, exclude=[pk])
        ids.update(hit.artwork_id for hit in near)
    suspected = queries.suspected(pk)
    return sorted((ids | suspected | queries.became(suspected)) - {pk})


def _compared(own: Picture, original: str, *, is_first: bool) -> dict[str, Any] | None:
    """Return the columns of a pair, or None where its works are not the same.

    Args:
        own: The new work.
        original: The picture of the other one.
        is_first: Whether the new work is the first of the pair.
    """
    try:
        same = compare(_picture(original), own)
    except (ArtrecError, OSError) as error:
        log.warning("%s could not be compared: %s", original, error)
        return None
    if same is None:
        return None
    same = same.seen_from_second() if is_first else same
    return {
        "kind": same.kind.value,
        "distance": same.distance,
        "points": same.points,
        "details": same.details,
        "affine": list(same.affine),
    }


@lru_cache(REMEMBERED)
def _picture(original: str) -> Picture:
    opened = open_image(resources.original(original), at_least=LOOKED_AT // 2)
    return Picture(opened.pixels)


def _text(bits: Bits) -> str:
    return "".join("1" if bit else "0" for bit in bits)


def _end(pk: int, **values: object) -> None:
    """Close a comparison that is still open."""
    Fingerprint.objects.filter(pk=pk, state=Fingerprint.State.WAITING).update(
        **{"reason": "", **values}, claimed_until=None
    )
