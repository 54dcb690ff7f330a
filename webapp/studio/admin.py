"""The studio in the admin, to be read; its pages are where one acts."""

from __future__ import annotations

from webapp.admin import tell
from webapp.studio.models import Map, Naming, Neighbourhood, Place

tell(
    Map,
    *("id", "label", "number", "state", "progress", "count", "by", "created", "reason"),
    filters=("state", "purpose"),
    related=("by",),
    unread=("changes", "steps"),
)
tell(
    Neighbourhood,
    *("id", "name", "proposed", "map", "layer", "size", "named_by"),
    search=("name", "proposed"),
    related=("map", "named_by"),
    unread=("words", "nearest", "typical", "outliers"),
)
tell(Place, "id", "map_id", "artwork_id", "number", "x", "y", "cluster_id")
tell(
    Naming, "id", "neighbourhood", "before", "after", "by", "time", related=("neighbourhood", "by")
)
