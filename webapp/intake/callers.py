"""Who may send files: asked of pages, which lead to the sign-in, and of what scripts send."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponseBase]
PERMISSION: Final = "catalog.add_artwork"


def for_admins(view: View) -> View:
    """Ask strangers to sign in, and show the 403 page to those who may not upload."""
    allowed: View = login_required(permission_required(PERMISSION, raise_exception=True)(view))
    return allowed


def for_senders(view: View) -> View:
    """Answer scripts with a status and a sentence; a page to sign in would tell them nothing."""

    @wraps(view)
    def asked(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _refused(HTTPStatus.UNAUTHORIZED, "You are signed out. Sign in and go on.")
        if not request.user.has_perm(PERMISSION):
            return _refused(HTTPStatus.FORBIDDEN, "You may not bring works in.")
        return view(request, *arguments, **names)

    return asked


def _refused(status: HTTPStatus, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
