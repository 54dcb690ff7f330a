"""Duplicates in the admin, to be read; their own desk is where one decides."""

from __future__ import annotations

from webapp.admin import tell
from webapp.duplicates.models import Decision, Fingerprint, Pair

tell(
    Pair,
    *("first", "second", "kind", "state", "distance", "found"),
    filters=("state", "kind"),
    search=("first__title", "second__title"),
    related=("first", "second"),
)
tell(Decision, "id", "state", "by", "time", "undone", filters=("state",), related=("by",))
tell(
    Fingerprint,
    *("artwork", "state", "reason", "attempts"),
    filters=("state",),
    search=("artwork__title",),
    related=("artwork",),
)
