"""A work that somebody points at is fetched ahead, so that it opens at once.

The browser does it by the rules in `static/prefetch.speculation`, which a header names, so that no
script is needed. Its request says what it is (`Sec-Purpose: prefetch`): nothing counts as shown or
seen by it. Browsers without such rules, and visitors who spare their data, fetch nothing ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

RULES: Final = "prefetch.speculation"
NO_CHANGE: Final = frozenset({"viewed"})
"""Posts that change nothing in what pages show."""


def of_works(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Name the rules with each page, and outdate what was fetched when a visitor changes something.

    A work fetched before it was liked would open without the like.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST":
            view = request.resolver_match and request.resolver_match.view_name
            if view not in NO_CHANGE:
                response["Clear-Site-Data"] = '"prefetchCache"'
        elif (
            response.status_code == 200
            and response.get("Content-Type", "").startswith("text/html")
            and request.headers.get("Save-Data") != "on"
        ):
            response["Speculation-Rules"] = f'"{static(RULES)}"'
        return response

    return middleware
