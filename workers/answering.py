"""What visitors search by, made into features: pictures, parts of works, and words.

Somebody waits for each of these, so longer work lets them come between: see `workers.tasks.embed`
and `workers.tasks.explain`.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from django.db import InterfaceError, OperationalError, models
from django.db.models import Q
from django.db.models.functions import Now

from artrec.errors import ArtrecError, FeatureError
from artrec.features import Extractor, reads_words
from artrec.images import open_image, palette, part, placeholder, small_copy
from webapp.catalog.models import Artwork
from webapp.catalog.palette import colours_of
from webapp.feed import picture_asking
from webapp.jobs import Job, enqueue
from webapp.vectors import queries
from webapp.vectors.encoding import check_rows
from webapp.vectors.models import PictureQuery, Query, Space, Vector, WordsQuery
from workers import claims, resources, spaces

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

PREVIEW: Final = 320
"""Pixels of the longer side of a preview."""
SAMPLE: Final = 32
"""Works whose nearest neighbours say how alike works of the collection usually are."""
UNUSUAL: Final = 0.1
"""A best match that is less alike than this share of theirs is no good match."""
AGAIN_SECONDS: Final = 3600.0
PER_CALL: Final = 16
"""Pictures, and as many texts, that are answered before other work gets its turn."""

_usual: dict[int, tuple[float, float | None]] = {}
"""By space: when it was measured, and what."""


def make_ready() -> None:
    """Load what an answer takes, so that the first visitor need not wait for it."""
    space = queries.live_space(spaces.LOOK)
    if space is None:
        return
    try:
        resources.extractor(space.extractor)
    except FeatureError as error:
        log.warning("nobody can search by a picture: %s", error)
        return
    except Exception:  # as one of the network's own, which nobody foresees
        log.exception("nobody can search by a picture")
        return
    usual_likeness(space)


def is_called_for() -> bool:
    """Tell whether somebody waits whom nobody works for, or something has expired."""
    free = Q(claims.free(), state=Query.State.QUEUED)
    return (
        PictureQuery.objects.filter(free | picture_asking.outdated()).exists()
        or WordsQuery.objects.filter(free | Q(expires__lte=Now())).exists()
    )


def answer_waiting() -> int:
    """Answer who waits, one after the other; return how many. Two queries if none.

    Of more than `PER_CALL` the rest is rung for again. Safe to run twice and to be killed: rows are
    claimed.
    """
    done = 0
    for model, work in ((PictureQuery, _see), (WordsQuery, _read)):
        waiting: models.QuerySet[Any] = model._default_manager.filter(state=Query.State.QUEUED)
        if not waiting.filter(claims.free()).exists():
            continue
        make_ready()  # it may take longer than a claim holds
        for _ in range(PER_CALL):
            claimed = claims.claim(waiting, limit=1)
            if not claimed:
                break
            _answer(model, claimed[0], work)
            done += 1
        else:
            enqueue(Job.READ_QUERIES)
        for pk in claims.exhausted(waiting):
            _end(model, pk, state=Query.State.FAILED)
    return done


def usual_likeness(space: Space) -> float | None:
    """Return the cosine that most works of a look space reach with their nearest neighbour.

    The `UNUSUAL` quantile over `SAMPLE` works, spread evenly; None where there are not so many.
    Kept for `AGAIN_SECONDS`.
    """
    measured, known = _usual.get(space.pk, (-AGAIN_SECONDS, None))
    if time.monotonic() - measured < AGAIN_SECONDS and known is not None:
        return known
    ids = list(
        Vector.objects.filter(space=space)
        .order_by("artwork_id")
        .values_list("artwork_id", flat=True)
    )
    found = None
    if len(ids) >= SAMPLE:
        spread = [ids[at] for at in np.linspace(0, len(ids) - 1, SAMPLE).astype(int)]
        places, rows = queries.vectors_of(space, spread)
        near = queries.nearest_many(space, rows, limit=2)
        best = [
            max((hit.score for hit in hits if hit.artwork_id != pk), default=-1.0)
            for pk, hits in zip(places.tolist(), near, strict=True)
        ]
        found = float(np.quantile(best, UNUSUAL))
    _usual[space.pk] = (time.monotonic(), found)
    return found


def _answer(model: type[Query], pk: int, work: Any) -> None:
    row = model._default_manager.filter(pk=pk).first()
    space = queries.live_space(spaces.LOOK)
    if row is None:
        return  # it was deleted meanwhile
    started = time.perf_counter()
    try:
        if space is None:
            raise FeatureError("no space is live")
        values = work(row, space)
    except (ArtrecError, OSError, Artwork.image.RelatedObjectDoesNotExist) as error:
        log.warning("%s could not be answered: %s", row, error)
        values = {"state": Query.State.FAILED}
    except (OperationalError, InterfaceError):
        raise  # the database is away for a moment, and the job is tried again
    except Exception:  # one visitor's picture must not stop everybody's search
        log.exception("%s could not be answered", row)
        values = {"state": Query.State.FAILED}
    _end(model, pk, **values)
    log.info("answered %s in %.2f s", row, time.perf_counter() - started)


def _see(row: PictureQuery, space: Space) -> dict[str, Any]:
    """Return what to write of a picture."""
    extractor = resources.extractor(space.extractor)
    image = _picture_of(row, extractor)
    swatches = palette(image)
    shown = row.kept or row.artwork_id is not None  # a part of a public work is no secret
    return {
        "state": Query.State.DONE,
        "extractor": extractor.name,
        "features": _half(extractor.extract([extractor.prepare(image)])),
        "picture": None,
        "palette": list(colours_of(swatch.hex for swatch in swatches)),
        "placeholder": placeholder(image),
        "preview": small_copy(image, longest=PREVIEW, kind="webp") if shown else None,
        "usual": usual_likeness(space),
    }


def _picture_of(row: PictureQuery, extractor: Extractor) -> Image:
    if row.artwork is None:
        return open_image(bytes(row.picture or b""), at_least=extractor.at_least).pixels
    left, top, width, height = row.box
    whole = max(PREVIEW, extractor.at_least) / min(width, height)
    source = resources.original(row.artwork.image.original)
    return part(open_image(source, at_least=round(whole)).pixels, (left, top, width, height))


def _read(row: WordsQuery, space: Space) -> dict[str, Any]:
    """Return what to write of a text."""
    extractor = resources.extractor(row.extractor)
    if row.extractor != space.extractor or not reads_words(extractor):
        raise FeatureError(f"{space.extractor} is what is live, and {row.extractor} was asked for")
    return {"state": Query.State.DONE, "features": _half(extractor.read([row.text]))}


def _half(rows: Any) -> list[float]:
    checked = check_rows(rows, rows=1, dim=None, what="Features")
    values: list[float] = checked[0].astype(np.float32).tolist()
    return values


def _end(model: type[Query], pk: int, **values: Any) -> None:
    """Close a row that is still open; what failed keeps no picture either."""
    if model is PictureQuery:
        values.setdefault("picture", None)
    model._default_manager.filter(pk=pk, state=Query.State.QUEUED).update(
        **values, claimed_until=None
    )
