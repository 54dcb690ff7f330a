"""A work for machines: schema.org's VisualArtwork, the card that messengers show, its rights."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from django.core.files.storage import default_storage
from django.http import HttpRequest

from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.files import variant_name
from webapp.catalog.models import Artwork

CARD_WIDTH: Final = 1280
"""Of the picture in a card; messengers refuse or shrink larger ones."""
_PUBLIC_DOMAIN: Final = re.compile(r"\bcc0\b|\bpublic domain\b|publicdomain/(zero|mark)/", re.I)
_DENIED: Final = re.compile(r"\b(not?|outside|except|unless|may)\b", re.I)
_ADDRESS: Final = re.compile(r"https?://[^\s()<>]+")
_CC0: Final = re.compile(r"\bcc0\b", re.I)


def is_public_domain(artwork: Artwork) -> bool:
    """Tell whether the rights say plainly that anybody may do anything with the picture."""
    rights = artwork.rights
    return bool(_PUBLIC_DOMAIN.search(rights)) and not _DENIED.search(rights)


def address(request: HttpRequest, artwork: Artwork) -> str:
    """Return the one absolute address of a work, whatever way led to it."""
    return request.build_absolute_uri(artwork.get_absolute_url())


def card_picture(request: HttpRequest, artwork: Artwork) -> dict[str, Any]:
    """Return address, width and height of the JPEG that stands for a work elsewhere."""
    image = artwork.image
    fitting = [width for width in image.widths if width <= CARD_WIDTH]
    width = fitting[-1] if fitting else image.widths[0]
    name = variant_name(image.key, width, image.formats[-1])
    return {
        "url": request.build_absolute_uri(default_storage.url(name)),
        "width": width,
        "height": max(1, round(image.height * width / image.width)),
    }


def visual_artwork(request: HttpRequest, artwork: Artwork) -> dict[str, Any]:
    """Return a work as https://schema.org/VisualArtwork; what is not known is not there."""
    picture = card_picture(request, artwork)
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VisualArtwork",
        "@id": address(request, artwork),
        "url": address(request, artwork),
        "name": artwork.title,
        "creator": _creator(request, artwork),
        "dateCreated": _year(artwork.year),
        "artMedium": artwork.medium,
        "genre": artwork.style,
        "description": artwork.description,
        "height": _length(artwork.height_cm),
        "width": _length(artwork.width_cm),
        "depth": _length(artwork.depth_cm),
        "image": {
            "@type": "ImageObject",
            "contentUrl": picture["url"],
            "width": picture["width"],
            "height": picture["height"],
        },
        "identifier": _number(artwork),
        "creditText": artwork.credit_line,
        "license": _licence(artwork),
        "sameAs": artwork.source_url,
        "offers": _offer(artwork),
    }
    return {name: value for name, value in found.items() if value}


def _creator(request: HttpRequest, artwork: Artwork) -> dict[str, str] | None:
    artist = artwork.artist
    if artist.name == UNKNOWN_ARTIST:
        return None
    place = request.build_absolute_uri(artist.get_absolute_url())
    return {"@type": "Person", "name": artist.name, "url": place}


def _number(artwork: Artwork) -> dict[str, str] | None:
    if not artwork.accession_number:
        return None
    named = {"@type": "PropertyValue", "name": "Accession number"}
    return {**named, "value": artwork.accession_number}


def _length(length: Decimal | None) -> dict[str, Any] | None:
    """UN/CEFACT calls the centimetre CMT."""
    if not length:
        return None
    return {"@type": "QuantitativeValue", "value": float(length), "unitCode": "CMT"}


def _licence(artwork: Artwork) -> str:
    if found := _ADDRESS.search(artwork.rights):
        return found[0]
    if is_public_domain(artwork) and _CC0.search(artwork.rights):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return ""


def _year(year: int | None) -> str:
    """As ISO 8601 writes years, those before our era with a minus."""
    if year is None:
        return ""
    return f"{year:04d}" if year >= 0 else f"{year:05d}"


def _offer(artwork: Artwork) -> dict[str, str] | None:
    """What it costs, where that is shown."""
    on_sale = artwork.availability == Artwork.Availability.AVAILABLE
    if artwork.price is None or not artwork.currency or not on_sale:
        return None
    return {
        "@type": "Offer",
        "price": f"{artwork.price:.2f}",
        "priceCurrency": artwork.currency,
        "availability": "https://schema.org/InStock",
    }
