"""What stands between every request and every view."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = logging.getLogger(__name__)

RETRY_SECONDS = 5


class DatabaseOutage:
    """Answer 503 with a page of our own while the database is away; recover by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a lost database into a page; leave every other error to Django."""
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        log.error("%s answered 503: %s", request.path, error)
        # Without the request: its context processors would ask the session, so the database.
        page = render_to_string("503.html", {"retry": RETRY_SECONDS})
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
