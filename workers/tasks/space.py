"""Fit the look space anew when the collection has outgrown it or another extractor is wanted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Exists, OuterRef, QuerySet

from artrec.errors import FeatureError, ShapeError
from artrec.features import Extractor
from artrec.serving.transform import Transform, fit_transform_for, with_usual_share
from webapp.catalog.models import Artwork
from webapp.jobs import Job, enqueue
from webapp.vectors import actions, queries, tuning
from webapp.vectors.indexes import drop_indexes
from webapp.vectors.models import Feature, Space, Vector
from workers import resources, spaces
from workers.app import app
from workers.extraction import extract, fail, keep, stored_rows

log = logging.getLogger(__name__)

EXTRACTED_PER_RUN: Final = 256
"""Works re-extracted per run; then other jobs get their turn. What is done stays done."""
CHUNK: Final = 1000
REFIT_LOCK: Final = 0x6172_7402
"""Advisory lock of PostgreSQL that says a refit is running; it ends with its connection."""


@app.task(
    name=Job.REFIT_SPACE.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=3,
)
def refit_space() -> None:
    """Make a new look space beside the live one and switch, if there is reason to.

    Safe to run twice: only one refit runs at a time, and one that was killed is begun afresh.
    """
    live = queries.live_space(spaces.LOOK)
    if live is None:
        return  # the first embedded work makes the first space
    try:
        extractor = resources.wanted_extractor()
    except FeatureError as error:
        log.error("the space is not fitted anew: %s", error)
        return
    with _alone() as alone:
        works = spaces.count_features(extractor.name)
        if alone and spaces.is_outgrown(live, wanted=extractor.name, works=works):
            if _extract_missing(extractor):
                enqueue(Job.REFIT_SPACE)
            else:
                _refit(extractor)


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [REFIT_LOCK])
        alone = bool(cursor.fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [REFIT_LOCK])


def _refit(extractor: Extractor) -> None:
    """Fit, fill a new space, and switch once no visible work is missing in it."""
    fitted = _fit(extractor)
    if fitted is None:
        return
    for leftover in Space.objects.filter(purpose=spaces.LOOK, state=Space.State.BUILDING):
        drop_indexes(leftover)
        leftover.delete()
    space = spaces.create(extractor, *fitted)
    _fill(space)
    tuning.choose_index(space)
    while not _switch(space):
        # Works came in by the former extractor while the new space was made.
        _extract_missing(extractor)
        _fill(space)
    actions.drop_retired()
    log.info("%s, fitted on %d works, is live", space, space.fitted_on)


def _switch(space: Space) -> bool:
    """Go live unless visible works are missing."""
    try:
        actions.go_live(space)
    except actions.IncompleteSpaceError as error:
        log.info("%s", error)
        return False
    return True


def _fit(extractor: Extractor) -> tuple[Transform, int] | None:
    """Fit on the newest works; None if they do not differ. Too few works give the identity."""
    newest = Feature.objects.filter(extractor=extractor.name).order_by("-artwork_id")
    rows = list(newest.values_list("values", flat=True)[: spaces.MAX_FIT])
    if len(rows) < spaces.MIN_FIT:
        return spaces.identity(extractor), 0
    try:
        matrix = np.asarray(rows, np.float32)
        fitted = fit_transform_for(matrix, extractor.families)
        return with_usual_share(fitted, matrix), len(rows)
    except ShapeError as error:
        log.warning("the space is not fitted anew: %s", error)
        return None


def _fill(space: Space) -> None:
    """Store a vector for every work that has features and none in this space."""
    here = Vector.objects.filter(space=space, artwork=OuterRef("artwork"))
    lacking = Feature.objects.filter(~Exists(here), extractor=space.extractor)
    ids = list(lacking.order_by("artwork_id").values_list("artwork_id", flat=True))
    for start in range(0, len(ids), CHUNK):
        rows = stored_rows(space.extractor, ids[start : start + CHUNK])
        if rows:
            spaces.store(space, list(rows), np.stack(list(rows.values())))


def _extract_missing(extractor: Extractor) -> bool:
    """Store features of visible works that have none; tell whether there are more."""
    works = list(_without_features(extractor.name).select_related("image")[:EXTRACTED_PER_RUN])
    extracted = extract(works, extractor)
    fail(extracted.failures)
    keep(works, extracted, extractor.name)
    return len(works) == EXTRACTED_PER_RUN


def _without_features(extractor: str) -> QuerySet[Artwork]:
    known = Feature.objects.filter(artwork=OuterRef("pk"), extractor=extractor)
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, image__isnull=False)
    return shown.filter(~Exists(known)).order_by("pk")
