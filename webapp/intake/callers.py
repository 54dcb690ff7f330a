"""Who may send files by a script. Pages are guarded by `webapp.ingest.access`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponseBase]
PERMISSION: Final = "catalog.add_artwork"


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
