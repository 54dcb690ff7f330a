"""Where the works of a selection go: an exhibition, a tag, a review of duplicates."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.duplicates import actions as duplicates
from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.arrangement import RefusedError as WallError
from webapp.exhibitions.models import Exhibition
from webapp.lab.guards import curators
from webapp.selections import actions, queries
from webapp.selections.actions import RefusedError
from webapp.selections.models import Selection, Tag
from webapp.selections.telling import works
from webapp.selections.views.one import chosen, one


@require_POST
@curators("selections.change_selection")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the works where the button says."""
    found = one(pk)
    ways: dict[str, Any] = {"exhibition": _exhibition, "tag": _tag, "twins": _twins}
    way = ways.get(request.POST.get("to", ""))
    try:
        if way is None:
            raise RefusedError("Say where to: an exhibition, a tag or a review of duplicates.")
        wanted = queries.works_of(found)
        if not wanted:
            raise RefusedError("None of its works is in the gallery.")
        answer: HttpResponse = way(request, found, wanted)
    except (RefusedError, WallError) as error:
        messages.warning(request, str(error))
        return redirect(found)
    return answer


def _exhibition(request: HttpRequest, found: Selection, wanted: list[int]) -> HttpResponse:
    by = cast(User, request.user)
    named = request.POST.get("exhibition", "")
    if not named.isdecimal():
        title = request.POST.get("title", "").replace("\0", "")
        made = exhibitions.start(title or found.title, wanted, by)
        return redirect("studio-exhibition", made.pk)
    hung = get_object_or_404(Exhibition, pk=int(named[:18]), deleted=None)
    new = exhibitions.hang(hung, wanted, by)
    messages.success(request, f"{works(new)} hung in “{hung.title}”.")
    return redirect("studio-exhibition", hung.pk)


def _tag(request: HttpRequest, found: Selection, wanted: list[int]) -> HttpResponse:
    name = request.POST.get("name", "")
    tag, new = actions.tag(works=wanted, name=name, by=cast(User, request.user))
    said = f"{works(new)} tagged" if new else "All of these works had the tag"
    link = format_html('<a href="{}">{}</a>', tag.get_absolute_url(), tag.name)
    messages.success(request, format_html("{} {}.", said, link))
    return redirect(found)


def _twins(_request: HttpRequest, found: Selection, wanted: list[int]) -> HttpResponse:
    duplicates.compare_again(wanted)
    return redirect("selection-twins", found.pk)


@require_safe
@curators("selections.view_selection")
def twins(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which of the works may be here twice."""
    found = one(pk)
    there = queries.works_of(found)
    suspected = queries.twins(there)
    context = {"selection": found, "twins": suspected, "there": len(there)}
    return render(request, "selections/twins.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@curators("selections.change_selection")
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the works with a tag; take it off some, or make a selection of all."""
    found = get_object_or_404(Tag, pk=pk)
    if request.method == "POST":
        return _on_tag(request, found)
    there = queries.tagged(found)
    context = {
        "tag": found,
        "there": len(there),
        "works": queries.in_order(there[: queries.PAGE]),
        "rest": max(0, len(there) - queries.PAGE),
        "tags": queries.tags(),
    }
    return render(request, "selections/tag.html", context)


def _on_tag(request: HttpRequest, found: Tag) -> HttpResponse:
    try:
        if request.POST.get("do") == "untag":
            gone = actions.untag(found, chosen(request))
            messages.success(request, f"The tag is off {works(gone)}.")
            return redirect(found)
        made, _unknown = actions.save(
            works=queries.tagged(found), by=cast(User, request.user), title=found.name
        )
    except RefusedError as error:
        messages.warning(request, str(error))
        return redirect(found)
    return redirect(made)
