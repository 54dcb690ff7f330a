"""Works that would fit beside others: ranked as for somebody who likes just those."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Final

from artrec.errors import ArtrecError
from artrec.serving.rerank import cap_per_group
from webapp.catalog.models import Artwork
from webapp.feed import candidates
from webapp.feed.profile import of_works
from webapp.feed.queries import cards_of
from webapp.feed.served import Served, serving
from webapp.feed.showable import RECOMMENDABLE, showable

log = logging.getLogger(__name__)

LENGTH: Final = 10
PER_ARTIST: Final = 2
_SPARE: Final = 4


def works_that_fit(own: Sequence[int], *, hidden: Collection[int]) -> list[Artwork]:
    """Return works that look as if they belonged to these, the best first; none of them, none
    hidden.

    Ranked by the look, for a collection is put together by eye; where there is no look, by what
    serves.
    """
    served = serving()
    if served is None or not own:
        return []
    way = Served(served.look, None, served.look) if served.look else served
    try:
        found = candidates.find(
            of_works(reversed(own)),
            way.space,
            way.bundle,
            limit=LENGTH * _SPARE,
            filters=RECOMMENDABLE,
            exclude={*own, *hidden},
        )
    except (ArtrecError, ArithmeticError, ValueError):
        log.exception("%s could not rank what fits %d works", way.space, len(own))
        return []
    ids = found.ids.tolist()
    known = showable(ids)
    there = [pk for pk in ids if pk in known]
    kept = cap_per_group([known[pk].hand for pk in there], cap=PER_ARTIST)
    cards = cards_of([there[place] for place in kept][:LENGTH])
    return [cards[pk] for pk in there if pk in cards]
