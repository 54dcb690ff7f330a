"""Measurements in the admin, to be read."""

from __future__ import annotations

from webapp.admin import tell
from webapp.quality.models import Comparison, Entry, Report, SideFeature

tell(
    Report,
    *("__str__", "state", "works", "by", "asked", "measured", "reason"),
    filters=("state",),
    related=("by",),
    unread=("figures",),
)
tell(Comparison, "__str__", "state", "works", "visitors", "by", "asked", related=("by",))
tell(
    Entry,
    "__str__",
    "state",
    "dim",
    "seconds",
    "reason",
    filters=("state",),
    unread=("figures", "answers"),
)
tell(SideFeature, "artwork_id", "extractor", filters=("extractor",), unread=("values",))
