"""What stands between every request and every view."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Final

from django.core.signals import request_finished
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from webapp import logs, metrics

log = logging.getLogger(__name__)
access = logging.getLogger("webapp.access")

RETRY_SECONDS = 5
QUIET: Final = frozenset({"", "variant", "tile", "icon", "health", "live", "ready", "metrics"})
"""Routes that are asked for all the time; their lines are for debugging."""


def observed(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id that its log lines carry; time it, and say how it ended.

    Comes first, so that no answer is left out.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        name = logs.request_id(request.headers.get("X-Request-ID"))
        logs.become(**{logs.REQUEST: name})
        started = perf_counter()
        response = get_response(request)
        _note(request, response, perf_counter() - started)
        response["X-Request-ID"] = name
        return response

    return middleware


@receiver(request_finished)
def forget(**_signal: object) -> None:
    """End the request for the log: only now, for Django speaks of errors after all middleware."""
    logs.become()


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    view = (request.resolver_match.view_name or "") if request.resolver_match else ""
    # Anything can stand in a request line, and every new word would be a new time series.
    method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
    metrics.REQUESTS.labels(view, method, response.status_code).observe(seconds)
    access.log(
        logging.DEBUG if view in QUIET else logging.INFO,
        "%s %s %d in %.0f ms",
        method,
        request.path,
        response.status_code,
        1000 * seconds,
        extra={"fields": {"view": view, "status": response.status_code, "seconds": seconds}},
    )


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
