"""Read side of the catalogue. Nothing in this module writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.db.models import F, Func, QuerySet

from webapp.catalog.colours import FAMILIES
from webapp.catalog.models import Artist, Artwork, ArtworkImage

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
OPTIONS_SECONDS: Final = 60
"""How long the choices offered by the filters may lag behind the collection."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the filters of a wall can be set to."""

    styles: tuple[str, ...]
    colours: tuple[str, ...]


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


def options() -> Options:
    """Return the styles and colours the collection has."""
    return cache.get_or_set("catalog.options", _read_options, OPTIONS_SECONDS) or _read_options()


def _read_options() -> Options:
    styles = visible().exclude(style="").order_by("style").values_list("style", flat=True)
    colours = (
        ArtworkImage.objects.filter(artwork__state=Artwork.State.VISIBLE)
        .annotate(colour=Func(F("colours"), function="unnest"))
        .values_list("colour", flat=True)
    )
    return Options(tuple(styles.distinct()), tuple(sorted(colours.distinct(), key=_rank)))


def _rank(colour: str) -> int:
    """Order colours as in a rainbow, not by their letters."""
    return FAMILIES.index(colour) if colour in FAMILIES else len(FAMILIES)
