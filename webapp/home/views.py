"""The page at the front door."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.catalog import conditions
from webapp.feed import hooks, impressions, queries, visitors
from webapp.home import pages

BROWSED: Final = frozenset({*conditions.NAMES, "q", "palette", "sort", "literal", "after"})
BROWSED_BY_PRICE: Final = frozenset({"price_min", "price_max", "currency"})
"""Parts of the addresses that browsing had while it was at the front door."""
MOST_DRAWS: Final = 1_000


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.GET.keys() & (BROWSED | BROWSED_BY_PRICE):
        return HttpResponsePermanentRedirect(f"{reverse('browse')}?{request.GET.urlencode()}")
    visitor = visitors.current(request)
    marks = queries.marks_of(visitor)
    draw = _draw(request)
    page = pages.home(request, visitor, marks, draw=draw)
    if visitor is not None and impressions.is_seen(request):
        for rail in page.rails:
            if rail.surface:
                ranked = rail.kind in ("for-you", "because")
                impressions.record(
                    [each.entry for each in rail.works],
                    list_id=rail.list_id,
                    visitor_id=visitor.pk,
                    surface=rail.surface,
                    experiment_id=page.experiment_id if ranked else None,
                )
    context = {
        "page": page,
        "marks": marks,
        "size": pages.size(),
        "draw": draw,
        "next_draw": (draw + 1) % MOST_DRAWS,
        "impersonal": hooks.wanted(visitor).impersonal,
    }
    return render(request, "home/home.html", context)


def _draw(request: HttpRequest) -> int:
    """How often the visitor asked for other works far from their taste."""
    text = request.GET.get("different", "")
    return int(text) % MOST_DRAWS if text.isascii() and text.isdecimal() and len(text) < 7 else 0
