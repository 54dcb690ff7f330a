"""Sign-in gives the session's likes to the account. `accounts` does not know the feed exists."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from webapp.accounts.models import User
from webapp.feed import actions, visitors
from webapp.feed.models import Visitor


def connect() -> None:
    """Listen; connecting twice is the same as once."""
    user_logged_in.connect(_keep_likes, dispatch_uid="feed.keep_likes")


def _keep_likes(sender: object, request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    if request is None:
        return
    pk = request.session.pop(visitors.SESSION_KEY, None)
    visitor = Visitor.objects.filter(pk=pk, user=None, label=None).first() if pk else None
    if visitor is not None:
        actions.merge(visitor=visitor, into=user)
