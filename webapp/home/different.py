"""Something different, on purpose: works far from somebody's taste that others love.

What others love is what curators picked and what most visitors lately liked, saved or bought. Of
those, the third that looks least like anything the visitor chose is far; from it works are drawn
uniformly, and the same ones for an hour unless others are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from typing import Final

import numpy as np

from webapp.feed import newcomers
from webapp.feed.arranging import Source
from webapp.feed.looks import read_looks
from webapp.feed.profile import Profile
from webapp.feed.ranking import DRAW_SECONDS, Entry
from webapp.feed.served import Served

LOVED: Final = 240
"""Works that are looked at: first those picked, then the most popular."""
LEAST: Final = 24
"""Of fewer loved works no third could be called far."""
DRAWN: Final = 24
"""More than are shown, for some stand elsewhere on the page."""
DRAWS: Final = 10_000
"""So often others can be asked for before they come again."""


def loved() -> dict[int, Source]:
    """Return what others love and how that is known, picks first. One query."""
    ids: dict[int, Source] = dict.fromkeys(newcomers.picks(), "pick")
    for pk in newcomers.popular():
        ids.setdefault(pk, "popular")
    return dict(list(ids.items())[:LOVED])


def different(
    profile: Profile,
    served: Served | None,
    by_others: Mapping[int, Source],
    *,
    draw: int,
    hour: int | None = None,
) -> list[Entry]:
    """Return works far from a profile, drawn at random. One query.

    Args:
        profile: Whose taste; somebody without one gets nothing.
        served: Its look tells what is far.
        by_others: See `loved`.
        draw: 0, and one more for each time that others are asked for.
        hour: As in `webapp.feed.ranking.recommend`.

    None where so little is loved, or so little is known of how it looks, that nothing is far.
    """
    chosen = [work.artwork_id for work in profile.works]
    if served is None or not chosen:
        return []
    looks = read_looks(served.look, [*by_others, *chosen])
    there = [pk for pk in by_others if pk in looks.place and pk not in profile.known]
    known = [pk for pk in chosen if pk in looks.place]
    if len(there) < LEAST or not known:
        return []
    order = np.argsort(looks.likeness(there, known), kind="stable")
    far = [there[row] for row in order[: len(there) // 3].tolist()]
    hour = int(time() // DRAW_SECONDS) if hour is None else hour
    rng = np.random.default_rng([profile.visitor_id or 0, hour, draw % DRAWS])
    return [
        Entry(
            artwork_id=far[row],
            position=0,
            source=by_others[far[row]],
            propensity=1 / len(far),
        )
        for row in rng.permutation(len(far))[:DRAWN].tolist()
    ]
