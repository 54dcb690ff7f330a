"""Artists whose works look like those of another."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from django.core.cache import cache

from webapp.catalog import queries as catalog
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artist, Artwork
from webapp.feed.means import Floats, mean_of
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space

NEAR: Final = 100
"""Works by others, nearest to the middle of an artist's, that vote for whoever made them."""
VOTES: Final = 2
"""Least works among them: one alone may be an accident."""
MOST: Final = 8
KEPT_SECONDS: Final = 600
_CONSTANT: Final = 60


def middle_of(space: Space, artist: Artist) -> Floats | None:
    """Return what the works of an artist have in common; None where none has a vector."""
    return mean_of(space, f"artist.{artist.pk}", catalog.visible().filter(artist=artist))


def near_artists(space: Space, artist: Artist) -> tuple[int, ...]:
    """Return the ids of the artists nearest to one by their works, the nearest first.

    The works of others nearest to the middle of the artist's own vote for their makers, by
    1 / (60 + rank). Works of unknown artists do not vote. Five queries, none for ten minutes after.
    """

    def measure() -> tuple[int, ...]:
        middle = middle_of(space, artist)
        if middle is None:
            return ()
        own = Artwork.objects.filter(artist=artist).values_list("pk", flat=True)
        near = vectors.nearest(space, middle, limit=NEAR, exclude=list(own))
        known = Artwork.objects.filter(pk__in=[hit.artwork_id for hit in near])
        hands = dict(
            known.exclude(artist__name=UNKNOWN_ARTIST).values_list("pk", "artist_id").order_by()
        )
        votes: defaultdict[int, list[float]] = defaultdict(list)
        for rank, hit in enumerate(near, 1):
            if hand := hands.get(hit.artwork_id):
                votes[hand].append(1 / (_CONSTANT + rank))
        heard = [hand for hand, given in votes.items() if len(given) >= VOTES]
        return tuple(sorted(heard, key=lambda hand: (-sum(votes[hand]), hand))[:MOST])

    key = f"feed.near-artists.{space.pk}.{artist.pk}"
    return cache.get_or_set(key, measure, KEPT_SECONDS) or ()
