"""What the viewer asks: how a picture can be zoomed into, and to have its tiles cut."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from webapp import clients
from webapp.catalog import queries, tiles
from webapp.catalog.models import Tiles


@require_http_methods(["GET", "HEAD", "POST"])
def zoom(request: HttpRequest, pk: int) -> JsonResponse:
    """Say what there is: {"state": "none", "waiting", "done" or "failed", "info": address}.

    A POST asks a worker for the tiles first.
    """
    image = get_object_or_404(queries.artworks(), pk=pk).image
    if request.method == "POST":
        row = tiles.ask(image, address=clients.address(request))
    else:
        row = tiles.find(image)
    answer = {"state": row.state if row else "none"}
    if row and row.state == Tiles.State.DONE:
        answer["info"] = reverse("image-info", args=[row.key])
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response
