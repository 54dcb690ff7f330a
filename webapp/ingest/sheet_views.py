"""The pages of a metadata table: add one to a batch, say what its columns mean, apply it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from webapp.accounts.models import User
from webapp.ingest import telling
from webapp.ingest.access import for_editors
from webapp.ingest.changes import counted
from webapp.ingest.models import Batch, Item, Sheet
from webapp.ingest.sheets import ENDINGS, is_sheet, receive_sheet
from webapp.ingest.sheets.applying import apply_sheet, writable
from webapp.ingest.sheets.guessing import DIMENSIONS, FILE, TARGETS
from webapp.ingest.sheets.matching import Match, Plan, checked_mapping, names_files, plan

CARDS: Final = 8
"""Rows shown beside their pictures."""
TOLD: Final = 30
SAMPLES: Final = 3
LABELS: Final = {
    FILE: "the picture's file",
    DIMENSIONS: "height x width",
    "artist_bio": "about the artist",
    "credit_line": "credit line",
    "accession_number": "inventory number",
    "source_url": "web address",
    "one_of_a_kind": "one of a kind",
    "added": "in the gallery since",
    "width_cm": "width in cm",
    "height_cm": "height in cm",
    "depth_cm": "depth in cm",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it is taken for."""

    place: int
    name: str
    target: str
    samples: tuple[str, ...]


@require_POST
@for_editors
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a table for a batch, and go on to what its columns mean."""
    batch = get_object_or_404(Batch, pk=pk)
    file = request.FILES.get("table")
    if file is None or not is_sheet(file.name or ""):
        messages.info(request, f"Choose a table: {', '.join(sorted(ENDINGS))}.")
        return redirect("batch", pk)
    made = receive_sheet(batch=batch, name=file.name or "table", content=file)
    return redirect("sheet", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a table would do; keep another mapping of its columns; apply it."""
    found = get_object_or_404(Sheet.objects.select_related("batch"), pk=pk)
    if request.method == "POST" and found.state in (Sheet.State.READ, Sheet.State.APPLIED):
        wanted = {str(place): request.POST.get(f"c{place}", "") for place in _places(found)}
        mapping = checked_mapping(found, wanted)
        if request.POST.get("do") == "apply" and names_files(mapping):
            return _apply(request, found, mapping)
        # By the mapping that it was begun with, a worker goes on where it stands.
        Sheet.objects.filter(pk=pk, state=found.state).update(mapping=mapping)
        return redirect("sheet", pk)
    context: dict[str, Any] = {"sheet": found, "batch": found.batch}
    if found.state == Sheet.State.APPLYING:
        rows = writable(plan(found, found.mapping))
        context |= {"rows": len(rows), "done": sum(row.number <= found.done for row in rows)}
    elif found.state != Sheet.State.REFUSED:
        context |= _preview(found)
    return render(request, "ingest/sheet.html", context)


def _apply(request: HttpRequest, found: Sheet, mapping: dict[str, str]) -> HttpResponse:
    done = apply_sheet(found, mapping=mapping, user=cast(User, request.user))
    if done.state == Sheet.State.APPLYING:
        return redirect("sheet", found.pk)
    works = len(done.change.works) if done.change else 0
    words = f"{counted(works)} filled in from {found.name}."
    if done.waiting == 1:
        words += " 1 file that is no work yet takes its facts along."
    elif done.waiting:
        words += f" {done.waiting:,} files that are no works yet take their facts along."
    if done.problems:
        words += " Some cells or rows could not be used; the table's page names them."
    messages.info(request, words)
    return redirect("batch", found.batch_id)


def _preview(found: Sheet) -> dict[str, Any]:
    mapping = checked_mapping(found, found.mapping)
    named = names_files(mapping)
    told = plan(found, mapping) if named else Plan((), ())
    return {
        "columns": [_column(found, place, mapping) for place in _places(found)],
        "targets": [(name, label(name)) for name in TARGETS],
        "named": named,
        "plan": told,
        "total": len(found.rows),
        "cards": _cards(told),
        "unmatched": told.unmatched[:TOLD],
        "without": told.files_without_row[:TOLD],
        "problems": list(told.cell_problems.items())[:TOLD],
    }


def label(target: str) -> str:
    """Return what a column is taken for, in words."""
    return LABELS.get(target, target)


def _places(found: Sheet) -> range:
    return range(len(found.columns))


def _column(found: Sheet, place: int, mapping: dict[str, str]) -> Column:
    texts = dict.fromkeys(values[place] for _, values in found.rows[:200] if values[place])
    samples = tuple(text[:60] for text in list(texts)[:SAMPLES])
    return Column(place, found.columns[place], mapping.get(str(place), ""), samples)


def _cards(told: Plan) -> list[tuple[Match, str, list[tuple[str, Any]]]]:
    """Return the first matched rows, each with its picture and what it says."""
    first = told.matched[:CARDS]
    rows = Item.objects.select_related("artwork__image").in_bulk([row.item for row in first])
    return [
        (
            row,
            telling.thumbnail(rows[row.item].artwork) if row.item in rows else "",
            [(label(name), value) for name, value in row.facts.items()],
        )
        for row in first
    ]
