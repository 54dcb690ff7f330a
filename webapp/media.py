"""Serves the variants of pictures where no proxy or object storage does it, their tiles as IIIF
image services, and the icon."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import condition, require_safe

from artrec.images.tiles import info
from webapp.catalog.files import tile_name
from webapp.catalog.models import Artwork, Tiles

YEAR_SECONDS = 365 * 24 * 3600
DAY_SECONDS = 24 * 3600
SEE_OTHER = 303
INFO_TYPE: Final = 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'


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


def _tag(_request: HttpRequest, **names: str) -> str:
    """Tiles under these names never change. Without commas: they would stand between two tags."""
    return '"{}"'.format("-".join(names.values()).replace(",", "."))


@condition(etag_func=_tag)
@require_safe
def tile(_request: HttpRequest, key: str, region: str, size: str) -> HttpResponseBase:
    """Send one tile. The route lets through digits and commas only, besides the key."""
    try:
        file = default_storage.open(tile_name(key, region, size))
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    response["Access-Control-Allow-Origin"] = "*"  # other sites' viewers may look in as well
    return response


@require_safe
def image_service(_request: HttpRequest, key: str) -> HttpResponseRedirect:
    """Lead from the address of a IIIF image service to what it says of itself."""
    response = HttpResponseRedirect(reverse("image-info", args=[key]))
    response.status_code = SEE_OTHER
    return response


@require_safe
def image_info(request: HttpRequest, key: str) -> JsonResponse:
    """Say what a IIIF viewer may ask for: the picture in tiles, level 0 of the Image API."""
    shown = Tiles.objects.filter(image__artwork__state=Artwork.State.VISIBLE)
    rows = shown.select_related("image").filter(state=Tiles.State.DONE)
    image = get_object_or_404(rows, key=key, image__key=key).image
    answer: dict[str, Any] = info(image.width, image.height, address=service(request, key))
    response = JsonResponse(answer, content_type=INFO_TYPE)
    response["Cache-Control"] = f"public, max-age={DAY_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def service(request: HttpRequest, key: str) -> str:
    """Return the absolute address of an image's IIIF service, without a slash at its end."""
    return request.build_absolute_uri(reverse("image-service", args=[key]))


def icon(_request: HttpRequest) -> HttpResponseRedirect:
    """Lead to the icon those who ask for it by its old name."""
    return HttpResponseRedirect(static("icon.svg"))
