"""Features of artworks: those already stored, and those computed from the originals now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from artrec.errors import ImageError
from artrec.features import Extractor, extract_files
from webapp.catalog.models import Artwork
from webapp.ingest.actions import settle
from webapp.ingest.models import Item
from webapp.vectors import actions
from webapp.vectors.models import Feature
from workers import resources

Row = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What came of some works, by artwork id."""

    rows: dict[int, Row]
    fresh: frozenset[int]
    """Works whose features were computed now and are not stored yet."""
    failures: dict[int, str]
    """Works whose original could not be opened, with the reason."""


def extract(works: Sequence[Artwork], extractor: Extractor) -> Extracted:
    """Return features of `works`, each with its `image`; decoding runs beside the network."""
    rows = stored_rows(extractor.name, [work.pk for work in works])
    todo = [work for work in works if work.pk not in rows]
    sources = (resources.original(work.image.original) for work in todo)
    failures: dict[int, str] = {}
    for position, outcome in extract_files(sources, extractor):
        if isinstance(outcome, ImageError):
            failures[todo[position].pk] = str(outcome)
        else:
            rows[todo[position].pk] = outcome
    fresh = frozenset(work.pk for work in todo) - failures.keys()
    return Extracted(rows, fresh, failures)


def stored_rows(extractor: str, artwork_ids: Sequence[int]) -> dict[int, Row]:
    """Return the stored features of an extractor for some works."""
    features = Feature.objects.filter(extractor=extractor, artwork__in=artwork_ids)
    return {
        pk: np.asarray(values, np.float32)
        for pk, values in features.values_list("artwork_id", "values")
    }


def keep(works: Sequence[Artwork], extracted: Extracted, extractor: str) -> None:
    """Store what was computed now, but of works that were deleted or given a new picture since."""
    keys = {work.pk: work.image.key for work in works}
    with transaction.atomic():
        rows = Artwork.objects.select_for_update(of=("self",)).filter(pk__in=extracted.fresh)
        ids = [pk for pk, key in rows.values_list("pk", "image__key") if keys[pk] == key]
        if ids:
            values = np.stack([extracted.rows[pk] for pk in ids])
            actions.store_features(extractor, ids, values)


def fail(reasons: dict[int, str]) -> None:
    """Write down why works cannot be embedded."""
    for pk, reason in reasons.items():
        Artwork.objects.filter(pk=pk).exclude(state=Artwork.State.WITHDRAWN).update(
            state=Artwork.State.FAILED, state_reason=reason, claimed_until=None
        )
        waiting = Item.objects.filter(artwork=pk, state=Item.State.STORED)
        settle(items=waiting.values_list("pk", flat=True), state=Item.State.FAILED, reason=reason)
