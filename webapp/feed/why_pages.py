"""The pages that say why: a work's reasons, and what of two pictures corresponds.

Both come as whole pages, and with `?panel` as the panel alone, for scripts to show in place.
"""

from __future__ import annotations

from base64 import b64encode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.feed import explaining, impressions, queries, visitors
from webapp.feed import why as reasoning
from webapp.feed.models import Correspondence

TOO_MANY = 429


@require_safe
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a work is recommended to who asks."""
    work = get_object_or_404(catalog.artworks(), pk=pk)
    visitor = visitors.current(request)
    list_id = impressions.list_named(request.GET.get("list", ""))
    context = {
        "artwork": work,
        "why": reasoning.why(visitor, work, list_id=list_id),
        "found_in": list_id,
        "muted": len(queries.muted_by(visitor)),
    }
    return _panel(request, "feed/why", context)


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Show what of two pictures corresponds; a POST asks a worker to find out."""
    if pk == other:
        raise Http404
    one, two = (get_object_or_404(catalog.cards(), pk=each) for each in (pk, other))
    if request.method == "POST":
        return _ask(request, one, two)
    row = explaining.find(one, two)
    context = {
        "artwork": one,
        "other": two,
        "both": (one, two),
        "row": row,
        "waiting": row is not None and row.state == Correspondence.State.QUEUED,
        "may_ask": visitors.current(request) is not None,
        "found_in": impressions.list_named(request.GET.get("list", "")),
    }
    if row and row.state == Correspondence.State.DONE:
        shown = explaining.comparison(row, one, two)
        context["comparison"] = shown
        context["sides"] = [(side, _data_uri(side.mask)) for side in (shown.left, shown.right)]
    return _panel(request, "feed/why_compare", context)


def _ask(request: HttpRequest, one: Artwork, two: Artwork) -> HttpResponse:
    place = reverse("why-compare", args=[one.pk, two.pk])
    if list_id := impressions.list_named(request.POST.get("list", "")):
        place = f"{place}?list={list_id}"
    said = ""
    if visitor := visitors.current(request):
        try:
            explaining.ask(visitor=visitor, one=one, other=two)
        except explaining.RefusedError as error:
            said = str(error)
    else:
        said = _("Like a work first; then pictures are compared for you.")
    if not request.accepts("text/html"):
        answer = {"said": said} if said else {"url": place}
        return JsonResponse(answer, status=TOO_MANY if said else 200)
    if said:
        messages.warning(request, said)
    return redirect(place)


def _panel(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    part = "_panel" if "panel" in request.GET else ""
    return render(request, f"{name}{part}.html", context)


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode()
