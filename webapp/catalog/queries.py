"""Read side of the catalogue. Nothing in this module writes."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from webapp.catalog.models import Artist, Artwork

CARD: Final = (
    "title",
    "year",
    "medium",
    "artist__name",
    "artist__slug",
    "image__artwork_id",
    "image__key",
    "image__width",
    "image__height",
    "image__placeholder",
    "image__widths",
    "image__formats",
)
"""All that a card on a wall shows, so that a wall is one query."""


def visible() -> QuerySet[Artwork]:
    """Return the works a visitor may see."""
    return Artwork.objects.filter(state=Artwork.State.VISIBLE, image__isnull=False)


def cards() -> QuerySet[Artwork]:
    """Return the works a visitor may see, with no more than a card shows of them."""
    return visible().select_related("artist", "image").only(*CARD)


def artworks() -> QuerySet[Artwork]:
    """Return the works a visitor may see, with all that their own page shows."""
    return visible().select_related("artist", "image")


def artists() -> QuerySet[Artist]:
    """Return the artists of whom there is something to see."""
    return Artist.objects.filter(artworks__in=visible()).distinct()
