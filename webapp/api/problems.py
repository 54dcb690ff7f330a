"""What went wrong, as RFC 9457 problem details: which field, why, and how to mend it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from webapp.middleware import RETRY_SECONDS

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
TITLES: Final[Mapping[str, tuple[int, str]]] = {
    "bad-request": (400, "The request cannot be read"),
    "bad-cursor": (400, "The cursor is not one of ours"),
    "not-signed-in": (401, "Who is asking is not known"),
    "bad-token": (401, "The token is not valid"),
    "not-allowed": (403, "This is not allowed"),
    "read-only-token": (403, "The token may only read"),
    "csrf": (403, "The request does not prove that it comes from this site"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This address does not take this method"),
    "conflict": (409, "This contradicts what is there already"),
    "too-large": (413, "The request is too large"),
    "invalid": (422, "Some values are not valid"),
    "too-many-requests": (429, "Too many requests"),
    "server-error": (500, "Something went wrong on our side"),
    "unavailable": (503, "The gallery is not available for a moment"),
}
"""All kinds of problems: status and title."""
OF_STATUS: Final = {
    400: "bad-request",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    422: "invalid",
    429: "too-many-requests",
    503: "unavailable",
}


_PARAMETERS: Final = ("filters", "body")  # of our functions; nobody else knows these names


class Problem(Exception):  # noqa: N818 - it is what is sent, not only what went wrong
    """A request that cannot be answered as it was meant."""

    def __init__(self, kind: str, detail: str, *, errors: Sequence[Any] = ()) -> None:
        self.kind = kind
        self.detail = detail
        self.errors = errors
        super().__init__(detail)


def answer(
    request: HttpRequest,
    kind: str,
    detail: str,
    *,
    errors: Sequence[Any] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a problem as an answer."""
    status, title = TITLES[kind]
    said: dict[str, Any] = {
        "type": f"{request.build_absolute_uri(reverse('api'))}#{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    if errors:
        said["errors"] = list(errors)
    told = {"Cache-Control": "no-store", **(headers or {})}
    if status == 401:
        told["WWW-Authenticate"] = 'Bearer realm="artrec"'
    return HttpResponse(json.dumps(said), status=status, content_type=CONTENT_TYPE, headers=told)


def away(request: HttpRequest, error: Any) -> HttpResponse:
    """Return the answer while the database is away."""
    log.error("%s answered 503: %s", request.path, error)
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return answer(request, "unavailable", "Try again in a few seconds.", headers=headers)


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what is wrong with which field, from what pydantic found."""
    told = []
    for error in errors:
        place, *path = (str(part) for part in error["loc"])
        if len(path) > 1 and path[0] in _PARAMETERS:
            del path[0]
        said = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
        told.append({"in": place, "field": ".".join(path) or place, "message": f"{said}."})
    return told


def handle_all(api: NinjaAPI) -> None:
    """Let every exception of an operation end as a problem."""
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _unknown_caller)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(RequestDataTooBig, _too_large)
    api.add_exception_handler(OperationalError, away)
    api.add_exception_handler(InterfaceError, away)
    api.add_exception_handler(Exception, _unexpected)


def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(request, error.kind, error.detail, errors=error.errors)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found = field_errors(error.errors)
    names = ", ".join(dict.fromkeys(each["field"] for each in found))
    detail = f"Look at {names}: each of the errors says what is expected there."
    return answer(request, "invalid", detail, errors=found)


def _unknown_caller(request: HttpRequest, _error: Any) -> HttpResponse:
    detail = (
        "Send a personal token as 'Authorization: Bearer …', or the cookies of a visit to the site."
        f" Tokens are made at {request.build_absolute_uri(reverse('api-tokens'))}."
    )
    return answer(request, "not-signed-in", detail)


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 400:
        return answer(request, "bad-request", "The body is not JSON, or not in UTF-8.")
    return answer(request, OF_STATUS.get(error.status_code, "server-error"), str(error))


def _not_found(request: HttpRequest, _error: Any) -> HttpResponse:
    return answer(request, "not-found", "It may never have been here, or is no longer shown.")


def _too_large(request: HttpRequest, _error: Any) -> HttpResponse:
    return answer(request, "too-large", "Send less at once, in several requests.")


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("%s failed", request.path, exc_info=error)
    return answer(request, "server-error", "It is in our log. Trying again may help.")
