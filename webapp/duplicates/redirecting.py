"""The address of a work that was merged leads to the one it became."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from webapp.duplicates import queries

ROUTES: Final = frozenset({"artwork", "why", "iiif-work"})
"""Routes whose `pk` is a work's."""


def merged(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Lead on whoever asks for a work that is not here and was merged. No query for others.

    Found, not moved for ever: a merge can be undone, and browsers would not ask again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if response.status_code != 404 or match is None or match.view_name not in ROUTES:
            return response
        stays = queries.merged_into(match.kwargs["pk"])
        if stays is None or request.method not in {"GET", "HEAD"}:
            return response
        return HttpResponseRedirect(reverse(match.view_name, kwargs={**match.kwargs, "pk": stays}))

    return middleware
