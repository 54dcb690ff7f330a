"""Links from the colours of a work to works that have them."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template

from webapp.catalog import palette
from webapp.catalog.models import Artwork

register = template.Library()


@register.filter
def colours(artwork: Artwork) -> tuple[str, ...]:
    """Return the colours that cover most of a picture, as many as can be searched for at once."""
    return palette.colours_of(swatch["hex"] for swatch in artwork.image.palette)


@register.filter
def palette_query(values: tuple[str, ...]) -> str:
    """Return the query string of a search by these colours, without the question mark."""
    return urlencode([("palette", value) for value in values])
