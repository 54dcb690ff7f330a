"""Compute and store the vectors of artworks; with its vector a work becomes visible."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from artrec.errors import FeatureError
from artrec.features import Extractor
from webapp.catalog.models import Artwork
from webapp.ingest.actions import settle
from webapp.ingest.models import Item
from webapp.jobs import Job, enqueue
from webapp.vectors import actions, queries
from webapp.vectors.models import Space
from workers import answering, claims, resources, spaces
from workers.app import app
from workers.extraction import Extracted, extract, fail
from workers.placing import Places, place

log = logging.getLogger(__name__)

BATCH: Final = 32
TRIES: Final = 3
"""How often the models are asked, should one be promoted meanwhile."""
ROUNDS: Final = 4
"""Batches per run; then checking gets its turn."""


@app.task(
    name=Job.EMBED_ARTWORKS.value,
    autoretry_for=(OperationalError, InterfaceError),  # the database is away for a moment
    retry_backoff=True,
    max_retries=5,
)
def embed_artworks() -> None:
    """Embed works that nobody works on until none is left or it is another job's turn.

    Safe to run twice and beside itself: works are claimed, and a unique constraint allows one
    vector per work and space.
    """
    extractor = _extractor()
    if extractor is None:
        return
    spaces.ensure_live(extractor)
    _give_up()
    for _ in range(ROUNDS):
        ids = claims.claim(_waiting(), limit=BATCH)
        if not ids:
            break
        _embed(ids, extractor)
        answering.answer_waiting()
    else:
        enqueue(Job.EMBED_ARTWORKS)
        return
    live = queries.live_space(spaces.LOOK)
    works = spaces.count_features(extractor.name)
    if live and spaces.is_outgrown(live, wanted=extractor.name, works=works):
        enqueue(Job.REFIT_SPACE)


def _waiting() -> QuerySet[Artwork]:
    return Artwork.objects.filter(state=Artwork.State.CHECKED, image__isnull=False)


def _extractor() -> Extractor | None:
    """Return the extractor of the live space, or None with the reason told to the admins.

    When the settings have moved on to another one whose space is still being made, works go on
    coming in by the old.
    """
    live = queries.live_space(spaces.LOOK)
    try:
        return resources.extractor(live.extractor) if live else resources.wanted_extractor()
    except FeatureError as error:
        log.error("works cannot be embedded: %s", error)
        _waiting().exclude(state_reason=str(error)).update(state_reason=str(error))
        if live:
            enqueue(Job.REFIT_SPACE)
        return None


def _embed(ids: Sequence[int], extractor: Extractor) -> None:
    started = time.perf_counter()
    works = list(_waiting().filter(pk__in=ids).select_related("image"))
    extracted = extract(works, extractor)
    claims.extend(Artwork, ids)
    fail(extracted.failures)
    beat = partial(claims.extend, Artwork, ids)
    done = None
    for _ in range(TRIES):
        places = place(works, extracted, extractor.name, beat)
        beat()
        done = _publish({work.pk: work.image.key for work in works}, extracted, extractor, places)
        if done is not None:
            break
    else:
        claims.release(Artwork, ids)
    seconds = time.perf_counter() - started
    log.info("embedded %d works by %s in %.2f s", done or 0, extractor.name, seconds)


@transaction.atomic
def _publish(
    keys: dict[int, str], extracted: Extracted, extractor: Extractor, places: Places
) -> int | None:
    """Store features and vectors and show the works, all at once; return how many.

    None if a model was promoted meanwhile that was not asked about these works yet.
    """
    targets = actions.spaces_to_fill(extractor.name)
    trained = actions.trained_spaces_to_fill()
    if not places.cover(trained):
        return None
    if not any(space.state == Space.State.LIVE for space in targets):
        log.info("another extractor went live; the works are embedded again by that one")
        claims.release(Artwork, keys)
        return 0
    # A work that was withdrawn, deleted or given a new picture meanwhile is left out.
    now = _waiting().select_for_update(of=("self",)).filter(pk__in=extracted.rows).order_by("pk")
    ids = [pk for pk, key in now.values_list("pk", "image__key") if keys[pk] == key]
    if not ids:
        return 0
    rows = np.stack([extracted.rows[pk] for pk in ids])
    fresh = [position for position, pk in enumerate(ids) if pk in extracted.fresh]
    if fresh:
        actions.store_features(extractor.name, [ids[i] for i in fresh], rows[fresh])
    for space in targets:
        spaces.store(space, ids, rows)
    places.store(trained, ids)
    _show(ids)
    return len(ids)


def _show(ids: Sequence[int]) -> None:
    """End the way of placed works: in the gallery, or among the drafts if they are held."""
    waiting = Item.objects.filter(state__in=(Item.State.STORED, Item.State.DRAFT))
    for held, state, end in (
        (False, Artwork.State.VISIBLE, Item.State.VISIBLE),
        (True, Artwork.State.DRAFT, Item.State.DRAFT),
    ):
        works = Artwork.objects.filter(pk__in=ids, held=held)
        works.update(state=state, state_reason="", claimed_until=None, attempts=0)
        settle(items=waiting.filter(artwork__in=works).values_list("pk", flat=True), state=end)


def _give_up() -> None:
    reason = (
        f"It was tried {claims.MAX_ATTEMPTS} times and the worker ended each time, perhaps for "
        "lack of memory. Save it at a smaller size, or try again."
    )
    fail(dict.fromkeys(claims.exhausted(_waiting()), reason))
