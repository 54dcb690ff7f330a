"""Mend the look space that serves: every vector computed again from its features."""

from __future__ import annotations

from typing import Final

import numpy as np

from artrec.errors import DataError
from webapp.catalog.models import Artwork
from webapp.lab.models import Promotion
from webapp.vectors import queries, tuning
from webapp.vectors.models import Feature, Space
from workers import filling, spaces
from workers.extraction import stored_rows
from workers.promotions import Held

CHUNK: Final = 1000


def rebuild_look(mine: Held) -> None:
    """Fill in what is missing in the live look space and compute the rest anew; it serves on.

    Raises:
        DataError: If there is none yet.
        LostError: If another worker took it over.
    """
    live = queries.live_space(spaces.LOOK)
    if live is None:
        raise DataError("There is no look space yet; it is made with the first work.")
    space = Space.objects.get(pk=live.pk)
    with mine.step("features") as note:
        shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, image__isnull=False)
        wanted = shown.values_list("pk", flat=True)
        filling.ensure_features(space.extractor, wanted, mine.check)
        known = Feature.objects.filter(extractor=space.extractor)
        ids = list(known.order_by("artwork_id").values_list("artwork_id", flat=True))
        note.text = f"{len(ids)} works"
    with mine.step("vectors") as note:
        for start in range(0, len(ids), CHUNK):
            mine.check()
            rows = stored_rows(space.extractor, ids[start : start + CHUNK])
            if rows:
                spaces.store(space, list(rows), np.stack(list(rows.values())))
        note.text = f"{len(ids)} works"
    with mine.step("index") as note:
        note.text = tuning.choose_index(space)["chosen"]
    mine.end(Promotion.State.DONE)
