"""Works that joined lately, in the order of somebody's taste."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import numpy as np

from artrec.errors import ArtrecError
from artrec.serving import visrank
from artrec.serving.rerank import interleave
from webapp.feed.profile import Profile
from webapp.feed.served import Served
from webapp.feed.showable import newest
from webapp.feed.weighing import queries_of
from webapp.vectors import queries as vectors

log = logging.getLogger(__name__)

NEW: Final = 200
"""Newest works that are put in order."""
SHOWN: Final = 60
"""The best of them, which a page chooses from."""


def new_for(profile: Profile, served: Served | None) -> list[int]:
    """Return the works that joined lately and are best for a profile, best first.

    By the model that serves; those it does not know, as it may not know the newest, by their look,
    in turn. Three queries at most.
    """
    ids = list(newest(limit=NEW, exclude=profile.known, lately=True))
    if served is None or not ids:
        return []
    ways = [served]
    if served.bundle and served.look:
        ways.append(Served(served.look, None, served.look))
    lists: list[list[int]] = []
    for way in ways:
        known = {pk for ranked in lists for pk in ranked}
        if rest := [pk for pk in ids if pk not in known]:
            lists.append(_ranked(profile, way, rest))
    return list(interleave(*lists))[:SHOWN]


def _ranked(profile: Profile, way: Served, ids: Sequence[int]) -> list[int]:
    """Those of `ids` that one way knows, in its order. One query."""
    weights = {chosen.artwork_id: chosen.weight for chosen in profile.works}
    found, rows = vectors.vectors_of(way.space, [*weights, *profile.hidden, *ids])
    place = {int(pk): row for row, pk in enumerate(found)}
    chosen = [pk for pk in weights if pk in place]
    hidden = [pk for pk in reversed(profile.hidden) if pk in place]
    new = [pk for pk in ids if pk in place]
    if not chosen or not new:
        return []
    try:
        queries = queries_of(
            way.bundle,
            rows[[place[pk] for pk in chosen]],
            np.array([weights[pk] for pk in chosen]),
            rows[[place[pk] for pk in hidden]],
        )
    except (ArtrecError, ArithmeticError, ValueError):
        log.exception("%s could not rank new works for %s", way.space, profile.visitor_id)
        return []
    top = way.bundle.top if way.bundle else 1
    scores = visrank.score(rows[[place[pk] for pk in new]], queries, top=top).values
    return [new[row] for row in np.argsort(-scores, kind="stable")]
