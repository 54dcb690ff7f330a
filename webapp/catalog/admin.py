"""What the system keeps of pictures, to be read. Works and artists are in `webapp.desk.admin`."""

from __future__ import annotations

from webapp.admin import tell
from webapp.catalog.models import ArtworkImage, SearchEntry, Tiles

tell(
    ArtworkImage,
    *("artwork", "format", "width", "height", "size", "sha256"),
    filters=("format",),
    search=("artwork__title", "sha256", "key"),
    related=("artwork",),
    unread=("placeholder",),
)
tell(Tiles, "key", "state", "reason", "asked", "attempts", filters=("state",), search=("key",))
tell(
    SearchEntry,
    *("artwork", "visible", "style", "medium", "year", "orientation", "version"),
    filters=("visible", "orientation"),
    search=("artwork__title",),
    related=("artwork",),
    unread=("words", "swatches"),
)
