"""Surveys and draws in the admin, to read."""

from __future__ import annotations

from webapp.admin import tell
from webapp.insight.models import Apart, Draw, Survey

tell(
    Survey,
    # Not the spaces themselves: each would bring its transform along.
    *("__str__", "state", "reason", "by", "asked", "finished"),
    filters=("state",),
    related=("by",),
    unread=("result",),
)
tell(
    Draw,
    *("id", "visitor_id", "mode", "seed", "state", "reason", "asked", "finished"),
    filters=("state", "mode"),
    unread=("result",),
)
tell(Apart, "survey_id", "visitor_id", "shared", unread=("lists",))
