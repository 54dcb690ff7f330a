"""The page at the front door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from webapp.catalog import conditions
from webapp.feed import hooks, impressions, queries, visitors
from webapp.feed.models import Visitor
from webapp.home import pages
from webapp.home.hanging import Rail

BROWSED: Final = frozenset({*conditions.NAMES, "q", "palette", "sort", "literal", "after"})
BROWSED_BY_PRICE: Final = frozenset({"price_min", "price_max", "currency"})
"""Parts of the addresses that browsing had while it was at the front door."""
MOST_DRAWS: Final = 1_000
RANKED: Final = ("for-you", "because")
"""Kinds of rails that an experiment ranks."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.GET.keys() & (BROWSED | BROWSED_BY_PRICE):
        return HttpResponsePermanentRedirect(f"{reverse('browse')}?{request.GET.urlencode()}")
    visitor = visitors.current(request)
    marks = queries.marks_of(visitor)
    draw = _draw(request)
    page = pages.home(request, visitor, marks, draw=draw)
    part = [rail for rail in page.rails if rail.key == request.headers.get("X-Rail")]
    if visitor is not None and impressions.is_seen(request):
        _note(part or page.rails, visitor, page.experiment_id)
    context = {
        "page": page,
        "rail": part[0] if part else None,
        "marks": marks,
        "size": pages.size(),
        "next_draw": (draw + 1) % MOST_DRAWS,
        "impersonal": hooks.wanted(visitor).impersonal,
    }
    response = render(request, "home/rail.html" if part else "home/home.html", context)
    patch_vary_headers(response, ["X-Rail"])
    return response


def _note(rails: Iterable[Rail], visitor: Visitor, experiment_id: int | None) -> None:
    for rail in rails:
        if rail.surface:
            impressions.record(
                [each.entry for each in rail.works],
                list_id=rail.list_id,
                visitor_id=visitor.pk,
                surface=rail.surface,
                experiment_id=experiment_id if rail.kind in RANKED else None,
            )


def _draw(request: HttpRequest) -> int:
    """How often the visitor asked for other works far from their taste."""
    text = request.GET.get("different", "")
    return int(text) % MOST_DRAWS if text.isascii() and text.isdecimal() and len(text) < 7 else 0
