"""Whose a collection is, and who may see it."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme

from webapp.feed import visitors
from webapp.feed.models import Visitor
from webapp.mine.models import Collection


def seen(token: str, visitor: Visitor | None) -> Collection:
    """Return a collection that `visitor` may see; to all others it does not exist."""
    found = get_object_or_404(Collection.objects.select_related("visitor__user"), token=token)
    private = found.visibility == Collection.Visibility.PRIVATE
    if found.deleted or (private and not owns(visitor, found)):
        raise Http404
    return found


def own(request: HttpRequest, token: str, *, deleted: bool = False) -> Collection:
    """Return a collection of the visitor's own; those of others do not exist for them."""
    found = get_object_or_404(Collection.objects.select_related("visitor"), token=token)
    if (found.deleted is not None) != deleted or not owns(visitors.current(request), found):
        raise Http404
    return found


def owns(visitor: Visitor | None, collection: Collection) -> bool:
    """Tell whether a collection is `visitor`'s."""
    return visitor is not None and visitor.pk == collection.visitor_id


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Where the visitor came from, if that is on this site."""
    wanted = request.POST.get("next") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return otherwise
