"""Five lenses through which works are alike, each with an order of its own.

look     nearest in the live look space
colour   nearest by palette (`webapp.catalog.tones`)
style    by the labels: style, decade, material, subject; like ones by look (`kinship`)
artist   the same hand, then artists near by their works (`near_artists`), then near works
taste    what the model that serves would show to somebody who likes only this

and "agree", those works on which most of the five do: their lists fused by rank.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from django.db import connection

from artrec.errors import ArtrecError
from artrec.serving.fusion import reciprocal_rank_fusion
from webapp.catalog import queries as catalog
from webapp.catalog import tones
from webapp.catalog.conditions import Condition, all_of, not_of_ids
from webapp.feed import candidates, kinship, near_artists
from webapp.feed.likeness import Ranked, Reference, by_vector
from webapp.feed.means import Floats
from webapp.feed.profile import of_works
from webapp.feed.seen import AGREE, LABELS, Seen, see
from webapp.vectors.filters import Filters
from webapp.vectors.tiers import nearest_in_tiers

log = logging.getLogger(__name__)

DEPTH: Final = 60
"""So many works of each lens are fused."""
_SPARE: Final = 4


def reference(key: str, lens: str) -> Reference | None:
    """Return the work `key` as what others are compared with; None where there is none.

    Through the given lens, or the first there is. Three queries, one more where a model serves.
    """
    known = key.isascii() and key.isdecimal() and len(key) < 19
    artwork = catalog.artworks().filter(pk=int(key)).first() if known else None
    if artwork is None:
        return None
    seen = see(artwork)
    there = seen.lenses
    if not there:
        return None
    chosen = lens if lens in there else there[0]
    return Reference(
        key=key,
        lens=chosen,
        label=artwork.title,
        rank=lambda condition, limit: rank(seen, chosen, condition, limit),
        artwork=artwork,
        itself=(artwork.pk,),
        lenses=tuple((name, str(LABELS[name])) for name in there),
    )


def rank(seen: Seen, lens: str, condition: Condition | None, limit: int) -> Ranked:
    """Return the works most like one through a lens, among those of a condition (None for all)."""
    if lens == AGREE:
        lists = {name: rank(seen, name, condition, DEPTH) for name in seen.lenses if name != AGREE}
        return agreed(seen, lists, condition, limit)
    return _RANK[lens](seen, condition, limit)


def agreed(
    seen: Seen, lists: Mapping[str, Ranked], condition: Condition | None, limit: int
) -> Ranked:
    """Fuse what is close by each lens; behind it comes what is near by look."""
    fused, _scores = reciprocal_rank_fusion([each.ids[: each.close] for each in lists.values()])
    ids = tuple(fused.tolist())
    return _filled(seen, ids, len(ids), condition, limit)


def _look(seen: Seen, condition: Condition | None, limit: int) -> Ranked:
    if seen.look is None or seen.vector is None:
        return Ranked()
    return by_vector(seen.look, seen.vector, condition, limit, exclude=[seen.artwork.pk])


def _colour(seen: Seen, condition: Condition | None, limit: int) -> Ranked:
    pk = seen.artwork.pk
    among = None if condition is None else _ids_of([condition])
    depth = limit if among is not None else _SPARE * limit
    ids, scores = tones.nearest(pk, limit=depth, among=among)
    if among is None:  # some of them may be withdrawn
        there = np.isin(ids, _ids_of([Condition("s.artwork_id = ANY(%s)", (tuple(ids.tolist()),))]))
        ids, scores = ids[there][:limit], scores[there][:limit]
    close = int((scores >= tones.common()).sum()) if len(ids) else 0
    return Ranked(tuple(ids.tolist()), close)


def _style(seen: Seen, condition: Condition | None, limit: int) -> Ranked:
    if seen.look is None or seen.vector is None:
        return Ranked()
    query = kinship.style_query(seen.look, seen.label.style, seen.vector)
    ids = list(_tiers(seen, query, kinship.tiers_of(seen.label), condition, limit))
    return _filled(seen, ids, len(ids), condition, limit, query)


def _artist(seen: Seen, condition: Condition | None, limit: int) -> Ranked:
    """Close is the same hand alone."""
    if seen.look is None or seen.vector is None:
        return Ranked()
    person = seen.artwork.artist
    own = Condition("s.artist_id = %s", (person.pk,))
    near = Condition(
        "s.artist_id = ANY(%s::bigint[])", (near_artists.near_artists(seen.look, person),)
    )
    found = _tiers(seen, seen.vector, [own, near], condition, limit)
    by_hand = sum(tier == 0 for tier in found.values())
    return _filled(seen, list(found), by_hand, condition, limit)


def _taste(seen: Seen, condition: Condition | None, limit: int) -> Ranked:
    taste, pk = seen.taste, seen.artwork.pk
    if taste is None:
        return Ranked()
    try:
        found = candidates.find(
            of_works([pk]),
            taste.space,
            taste.bundle,
            limit=limit,
            filters=Filters(also=condition),
            exclude=[pk],
        )
    except (ArtrecError, ArithmeticError, ValueError):
        log.exception("%s could not say what is liked with work %d", taste.space, pk)
        return Ranked()
    return Ranked(tuple(found.ids.tolist()), int((found.scores > 0).sum()))


_RANK: Final[Mapping[str, Callable[[Seen, Condition | None, int], Ranked]]] = {
    "look": _look,
    "colour": _colour,
    "style": _style,
    "artist": _artist,
    "taste": _taste,
}


def _tiers(
    seen: Seen, query: Floats, tiers: Sequence[Condition], condition: Condition | None, limit: int
) -> dict[int, int]:
    """The works of the first tiers, best first, and in which each is."""
    if seen.look is None:
        return {}
    besides = [not_of_ids([seen.artwork.pk]), *([condition] if condition else [])]
    return dict(nearest_in_tiers(seen.look, query, tiers, besides, limit=limit))


def _filled(
    seen: Seen,
    ids: Sequence[int],
    close: int,
    condition: Condition | None,
    limit: int,
    query: Floats | None = None,
) -> Ranked:
    """Put behind the close ones what is nearest by look, or by a query."""
    lacking = limit - len(ids)
    query = seen.vector if query is None else query
    if lacking > 0 and seen.look is not None and query is not None:
        rest = by_vector(seen.look, query, condition, lacking, exclude={seen.artwork.pk, *ids})
        ids = (*ids, *rest.ids)
    return Ranked(tuple(ids[:limit]), min(close, limit))


def _ids_of(conditions: Sequence[Condition]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    condition = all_of(conditions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.artwork_id FROM catalog_searchentry s WHERE {condition.sql}",  # noqa: S608
            condition.arguments,
        )
        return np.array([pk for (pk,) in cursor.fetchall()], dtype=np.int64)
