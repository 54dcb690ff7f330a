"""Exhibitions: what curators put together, for everybody."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from webapp.catalog import linked
from webapp.feed import visitors
from webapp.feed.queries import marks_of
from webapp.mine import access, queries

PAGE: Final = 24


@require_safe
def exhibitions(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
    start = (max(number, 1) - 1) * PAGE
    found = list(queries.public_exhibitions()[start : start + PAGE + 1])
    if start and not found:
        raise Http404
    shown = found[:PAGE]
    covers = queries.covers(shown)
    context = {
        "exhibitions": [(each, covers.get(each.pk)) for each in shown],
        "following": max(number, 1) + 1 if len(found) > PAGE else None,
        "from_start": not start,
    }
    return render(request, "mine/exhibitions.html", context)


@require_safe
def exhibition(request: HttpRequest, token: str) -> HttpResponse:
    visitor = visitors.current(request)
    found = access.seen(token, visitor)
    if not found.exhibited:
        return redirect(found)
    contents = queries.contents(found)
    if not contents.seen and not access.owns(visitor, found):
        raise Http404
    hung = contents.seen
    cover = next((each for each in hung if each.artwork.pk == found.cover_id), None)
    cover = cover or next(iter(hung), None)
    # What one has just seen at the entrance does not hang again beside it, unless it has words.
    again = cover is None or cover.note or cover != hung[0]
    context = {
        "collection": found,
        "cover": cover.artwork if cover else None,
        "card": linked.card_picture(request, cover.artwork) if cover else None,
        "link": request.build_absolute_uri(),
        "rooms": hung if again else hung[1:],
        "mine": access.owns(visitor, found),
        "marks": marks_of(visitor),
    }
    return render(request, "mine/exhibition.html", context)
