"""A selection on its wall, and what one does to it."""

from __future__ import annotations

from typing import Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.catalog import facets, offering
from webapp.catalog.conditions import of_ids
from webapp.exhibitions import arrangement
from webapp.feed.browsing import piece
from webapp.feed.wish import Wish
from webapp.lab.guards import curators
from webapp.selections import actions, choosing, ordering, queries, summing
from webapp.selections.actions import RefusedError
from webapp.selections.models import Selection, Tag
from webapp.selections.telling import refused, say, works

FOUND: Final = 60
"""Works that a search for more works shows."""
ARRANGED: Final = 300
"""Works that are arranged by hand, the first ones."""


def one(pk: int) -> Selection:
    """Return a selection that is not deleted; 404 if there is none."""
    return get_object_or_404(Selection.objects.select_related("by"), pk=pk, deleted=None)


def chosen(request: HttpRequest) -> list[int]:
    """Return the works that a form names, each by a field or all in one."""
    fields = [*request.POST.getlist("work"), request.POST.get("ids", "")]
    return list(dict.fromkeys(choosing.of_text(" ".join(fields))))


@require_safe
@curators("selections.view_selection")
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a selection, or its works with one tag."""
    found = one(pk)
    there = queries.works_of(found)
    on_these = queries.tags_of(there)
    tag = _tag(request, on_these)
    shown = queries.with_tag(there, tag) if tag else there
    page = Paginator(shown, queries.PAGE).get_page(request.GET.get("page"))
    offered = offering.offered(facets.count([of_ids(there)], {}), {})
    context = {
        "selection": found,
        "origin": summing.origin(found),
        "there": len(there),
        "gone": len(found.works) - len(there),
        "page": page,
        "works": queries.in_order(list(page.object_list)),
        "facts": summing.facts(offered),
        "colours": summing.colours(offered),
        "tag": tag,
        "tags": on_these,
        "all_tags": queries.tags(),
        "rooms": queries.rooms(),
        "most_hung": arrangement.MOST_WORKS,
        "refused": refused(request),
        "orders": ordering.ORDERS,
    }
    return render(request, "selections/selection.html", context)


def _tag(request: HttpRequest, on_these: list[tuple[Tag, int]]) -> Tag | None:
    asked = request.GET.get("tag", "")
    return next((tag for tag, _number in on_these if str(tag.pk) == asked), None)


@require_POST
@curators("selections.change_selection")
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it another title or note."""
    found = one(pk)
    try:
        actions.describe(
            found,
            title=request.POST.get("title", ""),
            note=request.POST.get("note", "").replace("\0", "").strip()[:5_000],
        )
    except RefusedError as error:
        messages.warning(request, str(error))
    return redirect(found)


@require_POST
@curators("selections.change_selection")
def change_works(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the chosen works out, or make another selection of them."""
    found = one(pk)
    try:
        wanted = chosen(request)
        if not wanted:
            raise RefusedError("Choose works first: mark them on the wall.")
        if request.POST.get("do") == "keep":
            made, _unknown = actions.save(
                works=wanted, by=cast(User, request.user), title=f"From {found.title}"
            )
            return redirect(made)
        gone = actions.remove(found, wanted)
        say(request, f"{works(gone)} taken out.", selection=found, undo="undo")
    except RefusedError as error:
        messages.warning(request, str(error))
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@curators("selections.change_selection")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for more works, and put them behind the others."""
    found = one(pk)
    if request.method == "POST":
        try:
            new = actions.add(found, chosen(request))
        except RefusedError as error:
            messages.warning(request, str(error))
            return redirect("selection-add", pk)
        if not new:
            messages.warning(request, "Nothing was added: choose works that are not in it yet.")
            return redirect("selection-add", pk)
        say(request, f"{works(new)} added.", selection=found, undo="undo")
        return redirect(found)
    wish = Wish.from_query(request.GET)
    results = piece(wish, limit=FOUND)
    there = set(found.works)
    context = {
        "selection": found,
        "text": wish.text,
        "found": [work for work in results.works if work.pk not in there],
        "known": sum(work.pk in there for work in results.works),
        "more": bool(results.after),
    }
    return render(request, "selections/add.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@curators("selections.change_selection")
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the works in another order: by hand, or by one of `ordering.ORDERS`."""
    found = one(pk)
    if request.method == "POST":
        return _arranged(request, found)
    there = queries.works_of(found)
    context = {
        "selection": found,
        "works": queries.in_order(there[:ARRANGED]),
        "rest": max(0, len(there) - ARRANGED),
    }
    return render(request, "selections/arrange.html", context)


def _arranged(request: HttpRequest, found: Selection) -> HttpResponse:
    way = request.POST.get("by", "")
    try:
        if way in ordering.ORDERS:
            actions.order(found, ordering.ordered(queries.works_of(found), way))
            label = ordering.ORDERS[way].lower()
            say(request, f"Ordered by {label}.", selection=found, undo="undo")
            return redirect(found)
        actions.order(found, ordering.stepped(chosen(request), request.POST.get("do", "")))
    except RefusedError as error:
        messages.warning(request, str(error))
        return redirect(found)
    if not request.accepts("text/html"):
        return HttpResponse(status=204)
    return redirect("selection-arrange", found.pk) if "do" in request.POST else redirect(found)


@require_POST
@curators("selections.change_selection")
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Duplicate a selection, delete it, bring it back, or undo the last change of its works."""
    found = get_object_or_404(Selection, pk=pk)
    if verb == "restore":
        actions.restore(found)
        return redirect(found)
    if found.deleted:
        raise Http404
    if verb == "duplicate":
        return redirect(actions.duplicate(found, by=cast(User, request.user)))
    if verb == "delete":
        actions.delete(found)
        say(request, f"“{found.title}” is deleted.", selection=found, undo="restore")
        return redirect("selections")
    try:
        actions.undo(found)
    except RefusedError as error:
        messages.warning(request, str(error))
    return redirect(found)
