"""What the page of a work says besides its label: for viewers, for machines, for those who cite."""

from __future__ import annotations

import json
from typing import Any, Final

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from webapp.catalog import citation, linked, scale, tiles
from webapp.catalog.models import Artwork

register = template.Library()

PUBLIC: Final = frozenset({"home", "browse", "artwork", "artist", "exhibition"})
"""Pages that search engines shall know, by the name of their route."""
_ESCAPES: Final = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
"""As JSON may be written, so that no text can end the element it stands in."""


@register.simple_tag(takes_context=True)
def canonical(context: dict[str, Any]) -> SafeString:
    """Return the <link> with the one address of a public page: without how somebody came there, or
    how far they have read; of a search with what is searched for. Nothing on other pages."""
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request else None
    if request is None or match is None or match.url_name not in PUBLIC:
        return SafeString("")
    place = request.build_absolute_uri(request.path)
    wish = context.get("wish") if match.url_name == "browse" else None
    query = wish.address() if wish else ""
    if query == "?":
        query = ""
    return format_html('<link rel="canonical" href="{}{}">', place, query)


@register.simple_tag(takes_context=True)
def linked_data(context: dict[str, Any], artwork: Artwork) -> SafeString:
    """Return a work as JSON-LD."""
    return json_ld(linked.visual_artwork(context["request"], artwork))


@register.simple_tag
def json_ld(found: dict[str, Any]) -> SafeString:
    """Return JSON-LD in an element that holds data and runs nothing."""
    text = json.dumps(found, ensure_ascii=False).translate(_ESCAPES)
    return SafeString(f'<script type="application/ld+json">{text}</script>')


@register.inclusion_tag("catalog/social.html", takes_context=True)
def social_card(context: dict[str, Any], artwork: Artwork) -> dict[str, Any]:
    """Give the page a card for messengers: Open Graph, and what X adds to it."""
    request = context["request"]
    return {
        "artwork": artwork,
        "address": linked.address(request, artwork),
        "card": linked.card_picture(request, artwork),
    }


@register.simple_tag(takes_context=True)
def address_of(context: dict[str, Any], artwork: Artwork) -> str:
    """Return the absolute address of a work."""
    return linked.address(context["request"], artwork)


@register.simple_tag(takes_context=True)
def citations(context: dict[str, Any], artwork: Artwork) -> tuple[citation.Citation, ...]:
    """Return the ways to cite a work."""
    address = linked.address(context["request"], artwork)
    return citation.citations(artwork, address=address, today=timezone.localdate())


@register.filter
def scene(artwork: Artwork) -> scale.Scene | None:
    """Lay out a work beside a person or a hand."""
    return scale.scene(artwork)


@register.filter
def scale_words(artwork: Artwork) -> str:
    """Return how large a work is, as somebody would tell it."""
    return scale.words(artwork)


@register.filter
def largest(artwork: Artwork) -> str:
    """Return the address of the largest picture of a work that is served, a JPEG."""
    return tiles.largest(artwork.image)


@register.filter
def has_more_detail(artwork: Artwork) -> bool:
    """Tell whether tiles show more of a picture than its largest variant."""
    return tiles.deserves(artwork.image)


@register.filter
def is_public_domain(artwork: Artwork) -> bool:
    """Tell whether anybody may take the picture home."""
    return linked.is_public_domain(artwork)
