"""Deleting somebody, for good."""

from __future__ import annotations

from django.db import transaction

from webapp.accounts.models import User
from webapp.feed import impressions
from webapp.feed.models import Visitor


@transaction.atomic
def erase(*, visitor: Visitor | None, user: User | None) -> None:
    """Delete a visitor and their account with all that hangs on them.

    What was shown stays as counts without a name: the feed forgets whom it was shown to. What a
    member of staff decided (picks, experiments, uploads) stays without their name.
    """
    if visitor is not None:
        impressions.flush()  # what waits would be written with the visitor's number later
        visitor.delete()
    if user is not None:
        user.delete()
