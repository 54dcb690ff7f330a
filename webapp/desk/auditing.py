"""Who does what somebody asks for: every change within a request carries the person's id.

The triggers of the audit trail read it from the transaction, so that raw SQL is signed as well.
"""

from __future__ import annotations

from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def signed(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sign what people of the gallery change. Comes after Django's `AuthenticationMiddleware`.

    What visitors do is not signed: the trail regards nothing of theirs, and each signed statement
    is a little longer.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or not request.user.is_staff:
            return get_response(request)
        with pghistory.context(user=request.user.pk, url=request.path):
            return get_response(request)

    return middleware
