"""Facts of works in words: names of fields, and values as people read them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from webapp.catalog.models import Artwork

LABELS: Final = {
    "title": "Title",
    "artist": "Artist",
    "year": "Year",
    "medium": "Medium",
    "style": "Style",
    "width_cm": "Width",
    "height_cm": "Height",
    "depth_cm": "Depth",
    "price": "Price",
    "currency": "Currency",
    "availability": "Availability",
    "one_of_a_kind": "One of a kind",
    "description": "Description",
    "rights": "Rights",
    "credit_line": "Credit line",
    "accession_number": "Inventory number",
    "source_url": "Source",
    "added": "Joined the gallery",
    "state": "Shown",
    "held": "Held back",
    "name": "Name",
    "slug": "Address",
    "bio": "Biography",
    "visibility": "Seen by",
    "is_active": "May sign in",
    "is_staff": "Staff",
    "is_superuser": "Superuser",
    "diversity": "Diversity",
    "per_artist": "Most of one artist",
    "fresh_share": "Share of new works",
    "explore_share": "Share drawn at random",
}
"""Field: what people call it."""
EMPTY: Final = "nothing"
_LONGEST: Final = 160


def value(field: str, given: Any) -> str:
    """Return a value as people read it; of an artist the caller gives the name."""
    if given is None or given == "":
        return EMPTY
    if field == "state":
        return "withdrawn" if given == Artwork.State.WITHDRAWN else "shown"
    if field == "availability":
        return str(Artwork.Availability(given).label)
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, Decimal):
        return f"{given:,f}"
    if isinstance(given, datetime):
        return f"{given:%-d %B %Y, %H:%M}"
    text = str(given)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
