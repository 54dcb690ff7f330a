"""Works that joined since a map was drawn find their place on it; nothing else moves."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, Max

from artrec.atlas.neighbours import nearest
from artrec.atlas.projection import Projection
from webapp.studio import queries
from webapp.studio.actions import FILES
from webapp.studio.models import Map, Place
from webapp.vectors.models import Space
from workers.atlas import store_places, unit_vectors

log = logging.getLogger(__name__)


def place_newcomers(found: Map, space: Space) -> int:
    """Place the visible works of a map's space that are not on it yet; return how many.

    May run twice and beside itself: the row of the map is held while places are given out.
    """
    wanted = list(queries.unplaced(found).values_list("artwork_id", flat=True))
    if not wanted:
        return 0
    ids, rows = unit_vectors(space, wanted)
    if not len(ids):
        return 0  # they were deleted this very moment
    with storages[FILES].open(found.file) as file:
        points = Projection.from_bytes(file.read()).place(rows)
    with transaction.atomic():
        if not Map.objects.select_for_update(of=("self",)).filter(pk=found.pk).exists():
            return 0
        there = queries.places(found)
        if not len(there.ids):
            return 0  # all its works were deleted; they are for the next map
        standing: Any = np.stack([there.x, there.y], axis=1)
        neighbours, _ = nearest(standing, 1, queries=points)
        last = Place.objects.filter(map=found).aggregate(last=Max("number"))["last"]
        leaves = there.leaf[neighbours[:, 0]].tolist()
        store_places(found, ids, points, leaves, first=last + 1)
        Map.objects.filter(pk=found.pk).update(revision=F("revision") + 1, sheets_due=True)
    log.info("%s: placed %d works", found, len(ids))
    return len(ids)
