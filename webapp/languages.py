"""Which language a page speaks: the visitor's, but English on the pages of curators and admins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

ENGLISH_ONLY: Final = ("/admin/", "/desk/", "/lab/", "/studio/", "/upload/")
"""Pages of staff, which are not translated: half a page of each language would be worse."""


def english_for_staff(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Keep pages of staff in English, and tell caches that the choice is kept in a cookie.

    Comes after Django's `LocaleMiddleware`, which reads the choice but only names the browser's
    wish in `Vary`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(ENGLISH_ONLY):
            translation.activate("en")
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response

    return middleware
