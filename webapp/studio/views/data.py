"""What the browser draws a map from: a manifest, the columns, and facts of single works."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.studio import columns, finding, queries, sheets
from webapp.studio.guards import curators
from webapp.studio.models import Map

MOST_WORKS = 200
"""Works told of at once."""


@require_safe
@curators()
@never_cache
def manifest(_request: HttpRequest, pk: int) -> JsonResponse:
    """Say what a map holds and where its columns are."""
    found = _ready(pk)
    version = columns.version(found)
    packed = columns.packed(found, version)
    if packed is None:  # it changed this very moment
        version = columns.version(found)
        packed = columns.pack(columns.columns(found))
    binary = f"{reverse('map-columns', args=[pk])}?v={version}"
    return JsonResponse(
        {
            "map": pk,
            "version": version,
            "space": {"id": found.space_id, "purpose": found.purpose, "name": found.label},
            "count": packed.count,
            "columns": packed.columns,
            "layers": _layers(found),
            "binary": binary,
            "sheets": sheets.manifest(found),
        }
    )


@require_safe
@curators()
def binary(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the columns. Their address names their version, so they are kept for good."""
    found = _ready(pk)
    version = request.GET.get("v") or columns.version(found)
    packed = columns.packed(found, version)
    if packed is None:
        return HttpResponse("These columns are of an hour that is over.", status=410)
    response = HttpResponse(packed.packed, content_type="application/octet-stream")
    response["Content-Encoding"] = "gzip"
    response["ETag"] = f'"{version}"'
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@require_safe
@curators()
def works(request: HttpRequest, pk: int) -> JsonResponse:
    """Tell of single works what a card shows."""
    ids = [int(part) for part in request.GET.get("ids", "").split(",") if _is_id(part)]
    _ready(pk)
    return JsonResponse({"works": finding.cards(ids[:MOST_WORKS])})


@require_safe
@curators()
def find(request: HttpRequest, pk: int) -> JsonResponse:
    """Return the ids of the works of a map in which the words `q` occur."""
    return JsonResponse({"ids": finding.by_words(_ready(pk), request.GET.get("q", ""))})


def _layers(found: Map) -> list[dict[str, Any]]:
    return [
        {
            "clusters": [
                {
                    "id": node.pk,
                    "name": node.name,
                    "x": round(node.x, 4),
                    "y": round(node.y, 4),
                    "size": node.size,
                    "parent": node.parent_id,
                    "edited": node.named is not None,
                }
                for node in layer
            ]
        }
        for layer in queries.tree(found).layers
    ]


def _ready(pk: int) -> Map:
    return get_object_or_404(queries.ready(), pk=pk)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
