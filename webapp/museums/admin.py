"""What was asked of museums, and what they had, to be read."""

from __future__ import annotations

from webapp.admin import tell
from webapp.museums.models import Answer, Finding, Question, Sync

tell(Question, "scope", "source", "most", "weekly", filters=("source",), search=("scope",))
tell(
    Sync,
    *("id", "question", "state", "asked_by", "created", "finished", "reason"),
    filters=("state",),
    related=("question", "asked_by"),
    unread=("log",),
)
tell(
    Finding,
    *("title", "artist", "key", "verdict", "chosen", "brought"),
    filters=("verdict",),
    search=("title", "key"),
    unread=("record", "differences", "preview"),
)
tell(Answer, "sync", "address", "created", related=("sync",), unread=("body",))
