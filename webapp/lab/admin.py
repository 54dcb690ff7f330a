"""The lab in the admin: runs, versions and promotions, to be read; the lab is where one acts."""

from __future__ import annotations

from webapp.admin import tell
from webapp.lab.models import Epoch, Promotion, Run, Schedule, Tradeoff, Version

tell(
    Run,
    *("id", "model", "state", "phase", "by", "created", "finished", "reason"),
    filters=("state", "model"),
    search=("model", "reason"),
    related=("by",),
    unread=("log", "snapshot"),
)
tell(Epoch, "run_id", "part", "number", "loss", "metric", "seconds")
tell(
    Version,
    *("__str__", "servable", "space_id", "created"),
    filters=("servable",),
    related=("run",),
    unread=("report", "samples"),
)
tell(
    Promotion,
    *("id", "kind", "state", "version", "by", "created", "reason"),
    filters=("state", "kind"),
    related=("version__run", "by"),
    unread=("steps", "gate"),
)
tell(Schedule, "__str__", "enabled", "model", "hour", "min_events")
tell(Tradeoff, "__str__", "requested", "measured", "visitors", unread=("points",))
