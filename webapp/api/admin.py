"""The API in the admin, for superusers: tokens, without what would open anything."""

from __future__ import annotations

from webapp.admin import tell
from webapp.api.models import Bucket, Token

tell(
    Token,
    *("name", "user", "scope", "created", "expires", "used"),
    filters=("scope",),
    search=("name", "user__username"),
    related=("user",),
    unread=("digest",),
)
tell(Bucket, "key", "remaining", "at", "refused", filters=("refused",))
