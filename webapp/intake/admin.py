"""Files on their way in, to be read."""

from __future__ import annotations

from webapp.admin import tell
from webapp.intake.models import Parcel, Sending, Upload

tell(Sending, "id", "batch", "files", "touched", "closed", related=("batch",))
tell(
    Upload,
    *("name", "size", "state", "created", "expires"),
    filters=("state",),
    search=("name",),
    unread=("fingerprint",),
)
tell(
    Parcel,
    *("name", "batch", "state", "entries", "taken", "refused"),
    filters=("state",),
    search=("name",),
    related=("batch",),
    unread=("pending",),
)
