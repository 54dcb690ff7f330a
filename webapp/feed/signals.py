"""Sign-in gives the session's likes and pictures to the account; who is deleted is forgotten.

`accounts` does not know the feed exists.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete
from django.http import HttpRequest

from webapp.accounts.models import User
from webapp.feed import actions, impressions, picture_asking, visitors
from webapp.feed.models import Visitor


def connect() -> None:
    """Listen; connecting twice is the same as once."""
    user_logged_in.connect(_keep_likes, dispatch_uid="feed.keep_likes")
    post_delete.connect(_forget, sender=Visitor, dispatch_uid="feed.forget")


def _forget(sender: object, instance: Visitor, **_kwargs: Any) -> None:
    impressions.forget(instance.pk)
    picture_asking.forget_visitor(instance.pk)


def _keep_likes(sender: object, request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    if request is None:
        return
    pk = request.session.pop(visitors.SESSION_KEY, None)
    visitor = Visitor.objects.filter(pk=pk, user=None, label=None).first() if pk else None
    if visitor is not None:
        actions.merge(visitor=visitor, into=user)
    pictures = picture_asking.unowned(request.session.get(picture_asking.SESSION_KEY, []))
    if pictures.exists():
        pictures.update(visitor_id=Visitor.objects.get_or_create(user=user)[0].pk)
