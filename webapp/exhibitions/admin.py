"""Exhibitions in the admin, to look at; they are made in the studio."""

from __future__ import annotations

from webapp.admin import tell
from webapp.exhibitions.models import Change, Exhibition

tell(
    Exhibition,
    *("title", "by_line", "opens", "closes", "changed"),
    filters=("opens",),
    search=("title", "by_line"),
)
tell(Change, "what", "exhibition", "by", "made", related=("exhibition", "by"), unread=("after",))
