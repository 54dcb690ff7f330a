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
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from artrec.errors import ArtrecError
from artrec.serving.fusion import reciprocal_rank_fusion
from webapp.catalog import queries as catalog
from webapp.catalog import tones
from webapp.catalog.conditions import Condition, all_of, not_of_ids
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.feed import candidates, kinship, near_artists
from webapp.feed.likeness import Ranked, Reference, by_vector
from webapp.feed.means import Floats
from webapp.feed.profile import of_works
from webapp.feed.served import Served, serving
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space
from webapp.vectors.tiers import nearest_in_tiers

log = logging.getLogger(__name__)

AGREE: Final = "agree"
LABELS: Final[Mapping[str, str | Promise]] = {
    AGREE: _("Most agree"),
    "look": _("Look"),
    "colour": _("Colour"),
    "style": _("Style"),
    "artist": _("Artist"),
    "taste": _("Taste"),
}
"""The lenses, in the order they are offered."""
ABOUT: Final[Mapping[str, str | Promise]] = {
    AGREE: _("Works on which most lenses agree come first."),
    "look": _("Nearest in what there is to see."),
    "colour": _("Nearest in the palette."),
    "style": _("By the label: the style first, then material, decade and subject."),
    "artist": _("By the same hand first, then by artists whose works look near."),
    "taste": _("What visitors who like this are likely to like."),
}
"""What each goes by, for visitors."""
DEPTH: Final = 60
"""So many works of each lens are fused."""
_SPARE: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A work, and all that its lenses ask again and again."""

    artwork: Artwork
    """With its artist and image."""
    look: Space | None
    vector: Floats | None
    """Its place in `look`."""
    taste: Served | None
    """The model, where it knows the work."""
    label: kinship.Label

    @property
    def lenses(self) -> tuple[str, ...]:
        """Those there are for this work, in the order they are offered."""
        has_look = self.vector is not None
        has = {
            "look": has_look,
            "colour": bool(self.artwork.image.palette),
            "style": has_look and bool(kinship.tiers_of(self.label)),
            "artist": has_look and self.artwork.artist.name != UNKNOWN_ARTIST,
            "taste": self.taste is not None,
        }
        there = tuple(name for name in LABELS if has.get(name))
        return (AGREE, *there) if len(there) > 1 else there


def see(artwork: Artwork) -> Seen:
    """Look at a work. Two queries, one more where a model serves."""
    served = serving()
    look = None if served is None else served.look
    vector = _vector(look, artwork.pk)
    taste = served if served and served.bundle and served.bundle.head != "constant" else None
    if taste and _vector(taste.space, artwork.pk) is None:
        taste = None
    return Seen(artwork, look, vector, taste, kinship.label_of_work(artwork))


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
    ids = _tiers(seen, query, kinship.tiers_of(seen.label), condition, limit)
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
    ids = _tiers(seen, seen.vector, [own], condition, limit)
    rest = _tiers(seen, seen.vector, [near], condition, limit - len(ids))
    return _filled(seen, [*ids, *rest], len(ids), condition, limit)


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
) -> list[int]:
    if seen.look is None:
        return []
    besides = [not_of_ids([seen.artwork.pk]), *([condition] if condition else [])]
    return nearest_in_tiers(seen.look, query, tiers, besides, limit=limit)


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


def _vector(space: Space | None, pk: int) -> Floats | None:
    if space is None:
        return None
    found, rows = vectors.vectors_of(space, [pk])
    return rows[0] if len(found) else None


def _ids_of(conditions: Sequence[Condition]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    condition = all_of(conditions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.artwork_id FROM catalog_searchentry s WHERE {condition.sql}",  # noqa: S608
            condition.arguments,
        )
        return np.array([pk for (pk,) in cursor.fetchall()], dtype=np.int64)
