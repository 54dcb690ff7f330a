"""Serves the variants of pictures where no proxy or object storage does it, and the icon."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.templatetags.static import static

YEAR_SECONDS = 365 * 24 * 3600


def variant(_request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """Send one variant. The route lets through plain letters and digits only, so no path leads out
    of the folder; a new picture has a new key, so an answer never goes stale."""
    try:
        file = default_storage.open(f"works/{key}/{name}")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file)
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


def icon(_request: HttpRequest) -> HttpResponseRedirect:
    """Lead to the icon those who ask for it by its old name."""
    return HttpResponseRedirect(static("icon.svg"))
