"""Which visitor a request belongs to.

Nobody gets a row for looking: a visitor is made by the first thing done, kept in the session, and
merged into the account at sign-in.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from webapp.feed import hooks
from webapp.feed.models import Visitor

SESSION_KEY: Final = "visitor"


def current(request: HttpRequest) -> Visitor | None:
    """Return the visitor of a request, or None for somebody who has done nothing yet."""
    if request.user.is_authenticated:
        return hooks.visitors().filter(user=request.user).first()
    if pk := request.session.get(SESSION_KEY):
        return hooks.visitors().filter(pk=pk, user=None).first()
    return None


def current_or_new(request: HttpRequest) -> Visitor:
    """Return the visitor of a request, made now if need be. For requests that write."""
    if request.user.is_authenticated:
        return Visitor.objects.get_or_create(user=request.user)[0]
    visitor = current(request)
    if visitor is None:
        visitor = Visitor.objects.create()
        request.session[SESSION_KEY] = visitor.pk
    return visitor
