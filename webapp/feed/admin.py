"""The feed in the admin: how works are ranked and picked; what visitors did, to be read.

What visitors did is no staff's business: no role is granted it, so only superusers see it.
"""

from __future__ import annotations

from webapp.admin import tell
from webapp.feed.models import Correspondence, Event, Experiment, Pick, Replay, Serving, Visitor

tell(Pick, "artwork", "by", "time", search=("artwork__title",), related=("artwork", "by"))
tell(
    Serving,
    *("__str__", "diversity", "per_artist", "fresh_share", "explore_share"),
    *("changed", "changed_by"),
    related=("changed_by",),
)
tell(
    Experiment,
    *("name", "kind", "state", "share", "started", "stopped", "created_by"),
    filters=("state", "kind"),
    search=("name",),
    related=("created_by",),
)
tell(
    Replay,
    *("id", "space_id", "state", "reason", "by", "created", "finished"),
    filters=("state",),
    related=("by",),
    unread=("result",),
)
tell(
    Correspondence,
    *("first", "second", "extractor", "state", "reason", "asked"),
    filters=("state",),
    related=("first", "second"),
    unread=("pairs", "first_mask", "second_mask"),
)
tell(Visitor, "id", "label", "created", search=("label",))
tell(
    Event,
    *("artwork", "kind", "time", "undone"),
    filters=("kind",),
    search=("artwork__title",),
    related=("artwork",),
)
