"""Surveys and draws in the admin, to read."""

from __future__ import annotations

from webapp.admin import tell
from webapp.insight.models import Draw, Survey

tell(
    Survey,
    *("id", "space", "rival", "state", "reason", "by", "asked", "finished"),
    filters=("state",),
    related=("space", "rival", "by"),
    unread=("result",),
)
tell(
    Draw,
    *("id", "visitor_id", "mode", "seed", "state", "reason", "asked", "finished"),
    filters=("state", "mode"),
    unread=("result",),
)
