"""The lenses through which works are alike."""

from __future__ import annotations

from webapp.catalog import queries as catalog
from webapp.catalog.conditions import Condition
from webapp.catalog.models import Artwork
from webapp.feed.likeness import Ranked, Reference, by_vector
from webapp.vectors import queries as vectors


def reference(key: str, lens: str) -> Reference | None:
    """Return the work `key` as what others are compared with; None where there is none. One
    query."""
    known = key.isascii() and key.isdecimal() and len(key) < 19
    artwork = catalog.cards().filter(pk=int(key)).first() if known else None
    if artwork is None:
        return None
    return Reference(
        key=key,
        lens="look",
        label=artwork.title,
        rank=lambda condition, limit: by_look(artwork, condition, limit),
        artwork=artwork,
        itself=(artwork.pk,),
    )


def by_look(artwork: Artwork, condition: Condition | None, limit: int) -> Ranked:
    """Return the works that look most like one. Three queries."""
    space = vectors.live_space()
    if space is None:
        return Ranked()
    found, rows = vectors.vectors_of(space, [artwork.pk])
    if not len(found):
        return Ranked()
    return by_vector(space, rows[0], condition, limit, exclude=[artwork.pk])
