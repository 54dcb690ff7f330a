"""All selections, and new ones: from the map, from a search, from numbers of works."""

from __future__ import annotations

import json
from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.models import User
from webapp.lab.guards import curators
from webapp.selections import actions, choosing, queries, telling
from webapp.selections.actions import RefusedError
from webapp.selections.models import Selection

TOLD: Final = 100
"""Unknown ids that are named in an answer."""
ORIGINS: Final = ("map", "name", "search")
"""What is kept of the source that a program gives."""


@require_safe
@curators("selections.view_selection")
def index(request: HttpRequest) -> HttpResponse:
    """Show all selections, or those that are looked for."""
    text = request.GET.get("q", "")[:200].replace("\0", "")
    own = request.GET.get("by") == "me"
    found = queries.selections(text=text, by=cast(User, request.user) if own else None)
    page = Paginator(found, queries.SHELF).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "shelves": queries.shelves(page.object_list),
        "text": text,
        "own": own,
        "tags": queries.tags(),
        "deleted": queries.deleted(),
    }
    return render(request, "selections/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@curators("selections.add_selection")
def new(request: HttpRequest) -> HttpResponse:
    """Make a selection: JSON from the map, a form from anywhere."""
    if request.method != "POST":
        context = {"search": request.GET.get("search", ""), "ids": request.GET.get("ids", "")}
        return render(request, "selections/new.html", context)
    if request.content_type == "application/json":
        return _from_program(request)
    given = {name: request.POST.get(name, "") for name in ("title", "search", "ids")}
    try:
        made, unknown = _from_form(request, **given)
    except RefusedError as error:
        return render(request, "selections/new.html", {**given, "error": str(error)}, status=400)
    if unknown:
        named = ", ".join(map(str, unknown[:TOLD]))
        messages.warning(request, f"These are no works and were left out: {named}.")
    return redirect(made)


def _from_form(
    request: HttpRequest, *, title: str, search: str, ids: str
) -> tuple[Selection, list[int]]:
    by, nodes = cast(User, request.user), request.POST.getlist("neighbourhood")
    if nodes:
        works, origin = choosing.of_neighbourhoods(nodes)
        title = title or origin["name"]
        return actions.save(works=works, by=by, title=title, source="cluster", origin=origin)
    if not search.strip() and not ids.strip():
        raise RefusedError("Give the address of a search, or numbers of works.")
    found = choosing.of_search(search) if search.strip() else []
    source = Selection.Source.QUERY if found else Selection.Source.HAND
    if request.POST.get("source") == Selection.Source.WALK:
        source = Selection.Source.WALK
    origin = {"search": _text(search)} if found else {}
    works = [*found, *choosing.of_text(ids)]
    return actions.save(works=works, by=by, title=title, source=source, origin=origin)


def _from_program(request: HttpRequest) -> JsonResponse:
    try:
        ids, title, kind, origin = _read(request)
        made, unknown = actions.save(
            works=ids, by=cast(User, request.user), title=title, source=kind, origin=origin
        )
    except RefusedError as error:
        return JsonResponse({"error": str(error)}, status=400)
    told = {"unknown": unknown[:TOLD], "unknown_count": len(unknown)} if unknown else {}
    size = len(made.works)
    answer = {
        "url": made.get_absolute_url(),
        "works": size,
        "said": f"Kept {telling.works(size)}.",
        **told,
    }
    return JsonResponse(answer, status=201)


def _read(request: HttpRequest) -> tuple[list[int], str, str, dict[str, Any]]:
    """Read {"ids": [...], "title": "", "source": {"kind": "lasso", "map": 3}}."""
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("That is no JSON.") from error
    told = told if isinstance(told, dict) else {}
    ids = told.get("ids")
    if not isinstance(ids, list) or not all(type(pk) is int and 0 < pk < 2**63 for pk in ids):
        raise RefusedError("“ids” must be a list of numbers of works.")
    title, source = told.get("title", ""), told.get("source", {})
    if not isinstance(title, str) or not isinstance(source, dict):
        raise RefusedError("“title” must be a text and “source” an object.")
    kind = source.get("kind", Selection.Source.HAND)
    if kind not in Selection.Source.values:
        raise RefusedError(f"“kind” must be one of {', '.join(Selection.Source.values)}.")
    origin = {
        name: value if isinstance(value, int) else _text(str(value))
        for name in ORIGINS
        if (value := source.get(name)) is not None
    }
    return ids, _text(title), kind, origin


def _text(given: str) -> str:
    # Half of a pair of surrogates is JSON, but nothing that can be stored.
    return given.replace("\0", "").encode(errors="ignore").decode().strip()[:2_000]
