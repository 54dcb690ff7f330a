"""Deleting somebody, for good."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from webapp.accounts.models import User
from webapp.feed import picture_asking
from webapp.feed.models import Visitor


@transaction.atomic
def erase(*, visitor: Visitor | None, user: User | None, pictures: Collection[str] = ()) -> None:
    """Delete a visitor and their account with all that hangs on them.

    What was shown stays as counts without a name: the feed forgets whom it was shown to. What a
    member of staff decided (picks, experiments, uploads) stays without their name. `pictures` are
    the tokens of those that the session searched by, perhaps before it had a visitor.
    """
    picture_asking.forget_session(pictures)
    if visitor is not None:
        visitor.delete()
    if user is not None:
        user.delete()
