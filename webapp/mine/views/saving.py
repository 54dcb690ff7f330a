"""Saving a work: into which collections, with or without JavaScript the same form."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.feed import impressions, visitors, visits
from webapp.feed.marking import list_of
from webapp.feed.models import Visitor
from webapp.mine import access, actions, queries

REFUSED: Final = 409


@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask where to put a work, as a page or, with `?panel`, for a dialog; a POST puts it there."""
    work = get_object_or_404(catalog.cards(), pk=pk)
    if request.method == "POST":
        return _save(request, work)
    visitor = visitors.current(request)
    places = queries.places_for(visitor, work)
    context = {
        "artwork": work,
        "places": places,
        "held": any(place.holds for place in places),
        "found_in": impressions.list_named(request.GET.get("list", "")),
        "next": access.next_page(request, work.get_absolute_url()),
    }
    name = "mine/save_panel.html" if "panel" in request.GET else "mine/save.html"
    return render(request, name, context)


def _save(request: HttpRequest, work: Artwork) -> HttpResponse:
    visitor = visitors.current_or_new(request)
    try:
        with transaction.atomic():  # where the save is refused no collection is made for it
            kept = actions.keep(
                visitor=visitor,
                artwork=work,
                collections=_wanted(request, visitor),
                list_id=list_of(request),
            )
    except actions.RefusedError as error:
        return _answer(request, work, visitor, str(error), status=REFUSED)
    if not kept:
        return _answer(request, work, visitor, _("No longer in your collections."))
    names = get_text_list([f"“{each.title}”" for each in kept], _("and"))
    return _answer(request, work, visitor, _("Saved in %(names)s.") % {"names": names}, saved=True)


def _wanted(request: HttpRequest, visitor: Visitor) -> set[int]:
    """The collections chosen, those made by choosing them included."""
    chosen = request.POST.getlist("in")
    named = (each for each in chosen if each.isascii() and each.isdecimal() and len(each) < 19)
    wanted = {int(each) for each in named}
    if queries.STANDARD in chosen:
        wanted.add(actions.standard(visitor=visitor).pk)
    if title := " ".join(request.POST.get("new", "").replace("\0", "").split()):
        wanted.add(actions.create(visitor=visitor, title=title[:120]).pk)
    return wanted


def _answer(
    request: HttpRequest,
    work: Artwork,
    visitor: Visitor,
    said: str,
    *,
    saved: bool = False,
    status: int = 200,
) -> HttpResponse:
    response: HttpResponse
    if request.accepts("text/html"):
        (messages.success if status == 200 else messages.warning)(request, said)
        response = redirect(access.next_page(request, work.get_absolute_url()))
    else:
        response = JsonResponse({"said": said, "saved": saved}, status=status)
    return visits.hand_over(request, response, visitor)
