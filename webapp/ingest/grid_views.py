"""The grid of a batch: its works as rows of cells, saved with one form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.ingest import changes, grid, queries, telling
from webapp.ingest.access import for_editors
from webapp.ingest.models import Batch

PAGE: Final = 25
LABELS: Final = {
    "accession_number": "Inventory number",
    "height_cm": "Height, cm",
    "width_cm": "Width, cm",
    "depth_cm": "Depth, cm",
    "availability": "Availability",
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_editors
def grid_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a page of the works of a batch as cells; save what was changed in them."""
    batch = get_object_or_404(Batch, pk=pk)
    asked = request.POST if request.method == "POST" else request.GET
    number, words = asked.get("page"), asked.get("q", "")
    if request.method == "POST":
        posted = _posted(request)
        seals = {work: request.POST.get(f"w{work}-was", "") for work in posted}
        user = cast(User, request.user)
        saved = grid.save(batch=batch, user=user, posted=posted, seals=seals)
        if saved.change:
            messages.info(request, f"{changes.counted(len(saved.change.works))} saved.")
        if saved.whole:
            same = {name: value for name, value in (("page", number), ("q", words)) if value}
            return redirect(f"{reverse('batch-grid', args=[pk])}?{urlencode(same)}")
        return _render(request, batch, saved.rows, number, words, status=400)
    return _render(request, batch, None, number, words)


def _render(
    request: HttpRequest,
    batch: Batch,
    rows: Sequence[grid.Row] | None,
    number: str | None,
    words: str,
    status: int = 200,
) -> HttpResponse:
    works = changes.works_of(batch).exclude(state=Artwork.State.WITHDRAWN)
    if words:
        works = works.filter(pk__in=queries.story(batch, words=words).values("artwork"))
    ordered = changes.as_filed(works, batch).select_related("artist", "image")
    page = Paginator(ordered, PAGE).get_page(number)
    if rows is None:
        rows = [grid.Row(work, grid.texts_of(work)) for work in page]
    context = {
        "batch": batch,
        "page": page,
        "words": words,
        "head": [_label(name) for name in grid.COLUMNS],
        "rows": [_shown(row) for row in rows],
        "availabilities": Artwork.Availability.choices,
        "last": next(iter(queries.changes(batch, 1)), None),
        "wrong": sum(len(row.errors) + bool(row.conflict) for row in rows),
    }
    return render(request, "ingest/grid.html", context, status=status)


def _shown(row: grid.Row) -> dict[str, Any]:
    cells = [
        {
            "name": f"w{row.work.pk}-{name}",
            "column": name,
            "label": _label(name),
            "text": row.texts[name],
            "error": row.errors.get(name, ""),
        }
        for name in grid.COLUMNS
    ]
    return {
        "work": row.work,
        "thumbnail": telling.thumbnail(row.work),
        "seal": row.seal,
        "conflict": row.conflict,
        "cells": cells,
    }


def _label(name: str) -> str:
    return LABELS.get(name, name.capitalize())


def _posted(request: HttpRequest) -> dict[int, dict[str, str]]:
    """Return the cells by artwork id; a row that lacks any of them is none of ours."""
    posted = {}
    for number in request.POST.getlist("works")[:PAGE]:
        names = {name: f"w{number}-{name}" for name in grid.COLUMNS}
        if number.isdecimal() and len(number) < 19 and set(names.values()) <= request.POST.keys():
            posted[int(number)] = {name: request.POST[key] for name, key in names.items()}
    return posted
