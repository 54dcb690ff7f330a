"""The order of For you, among the works of a search."""

from __future__ import annotations

import logging

from artrec.errors import ArtrecError
from webapp.catalog.conditions import Condition
from webapp.feed import candidates
from webapp.feed.profile import Profile
from webapp.feed.served import Served, serving
from webapp.vectors.filters import Filters

log = logging.getLogger(__name__)


def personal_order(profile: Profile, condition: Condition, *, limit: int) -> list[int]:
    """Return the best `limit` works among those of `condition`, by the model that serves.

    Unlike For you it leaves out nothing that is known or sold: who searches wants what there is.
    Fewer come back only when fewer match and have a vector. Where the model cannot rank, VisRank
    does; where nothing can, the list is empty. A list is the beginning of every longer one.
    """
    served = serving()
    ways = [served] if served else []
    if served and served.bundle and served.look:
        ways.append(Served(served.look, None, served.look))
    for way in ways:
        try:
            found = candidates.find(
                profile, way.space, way.bundle, limit=limit, filters=Filters(also=condition)
            )
        except (ArtrecError, ArithmeticError, ValueError):
            log.exception("%s could not rank a search for %s", way.space, profile.visitor_id)
            continue
        if len(found.ids):
            ids: list[int] = found.ids.tolist()
            return ids
    return []
