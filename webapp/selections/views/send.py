"""Where the works of a selection go: an exhibition, a tag, a review of duplicates."""

from __future__ import annotations

import re
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.duplicates import actions as duplicates
from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.arrangement import RefusedError as WallError
from webapp.exhibitions.guards import PERMISSION
from webapp.lab.guards import curators
from webapp.selections import actions, queries
from webapp.selections.actions import RefusedError
from webapp.selections.models import Selection, Tag
from webapp.selections.telling import refuse, say_with_undo, works
from webapp.selections.views.one import chosen, one


@require_POST
@curators("selections.change_selection")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the works where the button says."""
    found = one(pk)
    ways: dict[str, Any] = {"exhibition": _exhibition, "tag": _tag, "twins": _twins}
    to, wanted = request.POST.get("to", ""), queries.works_of(found)
    if to not in ways or not wanted:
        none = "None of its works is in the gallery."
        say = "Say where to: an exhibition, a tag or a review of duplicates."
        messages.warning(request, say if wanted else none)
        return redirect(found)
    try:
        answer: HttpResponse = ways[to](request, found, wanted)
    except (RefusedError, WallError) as error:
        refuse(request, str(error), way=to)
        return redirect(found)
    return answer


def hang(request: HttpRequest, wanted: list[int], *, title: str = "") -> int:
    """Hang works in the room of an exhibition that a form names, or in a new exhibition; return the
    number of the exhibition.

    Raises:
        PermissionDenied: Who may use selections may not therefore change exhibitions.
        RefusedError, WallError: If that cannot be done; a sentence says why.
    """
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    by, named = cast(User, request.user), request.POST.get("room", "")
    if not wanted:
        raise RefusedError("None of these works is in the gallery.")
    if not named:
        title = request.POST.get("title", "").replace("\0", "").strip() or title
        return exhibitions.start(title, wanted, by).pk
    room = queries.rooms().filter(pk=_number(named)).first()
    if room is None:
        raise RefusedError("That room is not there any more. Choose another.")
    new = exhibitions.hang(room.exhibition, wanted, by, room)
    messages.success(request, f"{works(new)} hung in “{room.exhibition.title}”.")
    return room.exhibition_id


def _exhibition(request: HttpRequest, found: Selection, wanted: list[int]) -> HttpResponse:
    return redirect("studio-exhibition", hang(request, wanted, title=found.title))


def _tag(request: HttpRequest, found: Selection, wanted: list[int]) -> HttpResponse:
    name = request.POST.get("name", "")
    tag, new = actions.tag(works=wanted, name=name, by=cast(User, request.user))
    said = f"{works(len(new))} tagged" if new else "All of these works had the tag"
    address = tag.get_absolute_url()
    words = format_html('{} <a href="{}">{}</a>.', said, address, tag.name)
    if new:
        back = {"first": new[0], "last": new[-1], "selection": found.pk}
        say_with_undo(request, words, address, do="undo", **back)
    else:
        messages.success(request, words)
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
        if request.POST.get("do") == "undo":
            return _untagged(request, found)
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


def _untagged(request: HttpRequest, found: Tag) -> HttpResponse:
    """Take back what was tagged a moment ago, and go to where that was done."""
    first, last, pk = (_number(request.POST.get(key, "")) for key in ("first", "last", "selection"))
    gone = actions.undo_tag(found, first, last)
    messages.success(request, f"“{found.name}” is off {works(gone)} again.")
    return redirect(Selection.objects.filter(pk=pk, deleted=None).first() or "selections")


def _number(text: str) -> int:
    """Read a number of a form; 0 if it is none."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0
