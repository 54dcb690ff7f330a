"""Selections, tags and walks in the admin, to be read; the studio is where one acts."""

from __future__ import annotations

from webapp.admin import tell
from webapp.selections.models import Selection, Tag, Walk

tell(
    Selection,
    *("title", "source", "by", "created", "changed", "deleted"),
    filters=("source",),
    search=("title", "note"),
    related=("by",),
    unread=("works", "former"),
)
tell(Tag, "name", "by", "created", search=("name",), related=("by",))
tell(
    Walk,
    *("id", "start", "end", "steps", "space", "state", "asked_by", "asked", "reason"),
    filters=("state",),
    related=("start", "end", "space", "asked_by"),
    unread=("works", "gaps"),
)
