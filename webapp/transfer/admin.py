"""Exports, to be read."""

from __future__ import annotations

from webapp.admin import tell
from webapp.transfer.models import Export

tell(
    Export,
    *("id", "kind", "state", "works", "done", "by", "created", "reason"),
    filters=("state", "kind"),
    related=("by",),
    unread=("missing",),
)
