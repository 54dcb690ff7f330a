"""What every request to the API passes: who calls, how much they may, and how the answer is sent.

One middleware, so that nothing is left out: unknown addresses and wrong methods are problems in
JSON as well, every answer tells the allowance, has a validator, and says who may keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from webapp.api import callers, limits, problems
from webapp.api.problems import Problem

PREFIX: Final = "/api/v1/"
PUBLIC_SECONDS: Final = 60
"""So long anybody may keep what is the same for everybody."""
READS: Final = "GET, HEAD, OPTIONS"
EXPOSED: Final = (
    "ETag, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy"
)


def gate(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let requests to the API through, and leave all others alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        if request.method == "OPTIONS":
            return _shared(request, HttpResponse(status=204, headers={"Allow": READS}))
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        try:
            response = _answered(request, get_response)
        except (OperationalError, InterfaceError) as error:
            response = problems.away(request, error)
        response = _shared(request, _kept(request, _told(request, response)))
        if head:
            request.method = "HEAD"
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    return middleware


def _answered(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """Count the request and let it through, or say why not."""
    try:
        caller = callers.of(request)
    except Problem as problem:
        # Counted for the address: nobody shall guess tokens for long.
        caller = callers.by_address(request)
        allowance = limits.take(caller.kind, caller.name)
        if not allowance.refused:
            response = problems.answer(request, problem.kind, problem.detail)
            return _with(response, allowance.headers())
    else:
        allowance = limits.take(caller.kind, caller.name)
    request.caller, request.is_personal = caller, False  # type: ignore[attr-defined]
    if allowance.refused:
        detail = (
            f"{allowance.most} requests a minute are allowed."
            f" Wait {allowance.wait} second{'' if allowance.wait == 1 else 's'}, then try again."
        )
        response = problems.answer(request, "too-many-requests", detail)
    else:
        response = get_response(request)
    return _with(response, allowance.headers())


def _with(response: HttpResponse, headers: Mapping[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response[name] = value
    return response


def _told(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Turn Django's own pages for errors into problems."""
    if response.status_code < 400 or response.get("Content-Type") == problems.CONTENT_TYPE:
        return response
    kind = problems.OF_STATUS.get(response.status_code, "server-error")
    kept = {name: value for name, value in response.items() if name in _KEPT_OF_ERRORS}
    detail = "The reference is at " + request.build_absolute_uri("/api/") + "."
    return problems.answer(request, kind, detail, headers=kept)


_KEPT_OF_ERRORS: Final = ("Allow", "Retry-After", *EXPOSED.split(", "))


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say who may keep the answer for how long, and answer 304 to those who have it already.

    The validator is a digest of the body, not a time: works and counts change for reasons (a sale,
    somebody else's like) that no row of their own tells.
    """
    if response.status_code != 200 or request.method != "GET":
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    patch_vary_headers(response, ("Authorization", "Cookie"))
    if request.is_personal:  # type: ignore[attr-defined]
        response.headers["Cache-Control"] = "private, no-store"
    elif request.caller.is_known:  # type: ignore[attr-defined]
        # Without their hidden works: theirs alone, but nothing that must not lie in their cache.
        response.headers["Cache-Control"] = "private, no-cache"
    else:
        response.headers["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    response.headers["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
    found = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    if found is not response and found is not None:
        for name in ("Cache-Control", "Vary", *EXPOSED.split(", ")):
            if name in response.headers:
                found.headers[name] = response.headers[name]
        return found
    return response


def _shared(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let pages of the origins that are allowed read, never write, and never with cookies."""
    if not settings.API_ORIGINS:
        return response
    patch_vary_headers(response, ("Origin",))
    origin = request.headers.get("Origin", "")
    if origin in settings.API_ORIGINS and request.method in callers.SAFE:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = READS
            response.headers["Access-Control-Allow-Headers"] = "Authorization, If-None-Match"
            response.headers["Access-Control-Max-Age"] = "600"
    return response
