"""Sheets of small pictures, from which the browser draws a map without asking for each work.

A sheet has `PER_SHEET` square cells, row by row. Cell k of the sheets of stride s is the picture of
the place with the number k s, stretched to the square; the browser draws it at its own ratio again,
which the column "aspect" tells. From afar only places of a coarse stride show their pictures, so
that a view needs a few sheets at every zoom. Files are named after what is on them and never
change; which ones are valid stands in an index beside them.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any, Final

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.studio.guards import curators
from webapp.studio.models import Map

STRIDES: Final = (64, 8, 1)
CELL: Final = 64
"""Pixels of a cell's side."""
COLUMNS: Final = 16
PER_SHEET: Final = COLUMNS * COLUMNS
YEAR_SECONDS: Final = 365 * 24 * 3600

Index = dict[int, list[str]]
"""Names of the sheets by stride."""


def folder(pk: int) -> str:
    """Return where the sheets of a map lie in the default storage."""
    return f"maps/{pk}"


def file_name(pk: int, name: str) -> str:
    """Return the name of a sheet in the default storage."""
    return f"{folder(pk)}/{name}.webp"


def index_name(pk: int) -> str:
    """Return the name of a map's index in the default storage."""
    return f"{folder(pk)}/index.json"


def read_index(pk: int) -> Index:
    """Return which sheets a map has; none before a worker drew some."""
    try:
        with default_storage.open(index_name(pk)) as file:
            return {int(stride): names for stride, names in json.load(file).items()}
    except FileNotFoundError:
        return {}


def manifest(found: Map) -> list[dict[str, Any]]:
    """Return what the browser needs to know of a map's sheets."""
    return [
        {
            "stride": stride,
            "cell": CELL,
            "columns": COLUMNS,
            "urls": [reverse("map-sheet", args=[found.pk, name]) for name in names],
        }
        for stride, names in read_index(found.pk).items()
    ]


@require_safe
@curators()
def sheet(_request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """Send one sheet. The route lets through letters, digits and hyphens only."""
    try:
        file = default_storage.open(file_name(pk, name))
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    return response


def forget(found: Map) -> None:
    """Delete the sheets of a map that is about to be deleted."""
    keep_only(found.pk, ())


def keep_only(pk: int, names: tuple[str, ...]) -> None:
    """Delete all files of a map but these sheets and, where there are any, the index."""
    kept = {f"{name}.webp" for name in names} | ({"index.json"} if names else set())
    try:
        there = default_storage.listdir(folder(pk))[1]
    except OSError:  # none were drawn
        return
    for name in set(there) - kept:
        with contextlib.suppress(OSError):  # a file too many does no harm
            default_storage.delete(f"{folder(pk)}/{name}")
    if not names:
        with contextlib.suppress(OSError):
            default_storage.delete(folder(pk))
