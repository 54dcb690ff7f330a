"""Exhibitions: what curators put together, for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from webapp.feed import visitors
from webapp.feed.queries import marks_of
from webapp.mine import access, queries


@require_safe
def exhibitions(request: HttpRequest) -> HttpResponse:
    found = list(queries.public_exhibitions())
    covers = queries.covers(found)
    context = {"exhibitions": [(each, covers.get(each.pk)) for each in found]}
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
    works = {each.artwork.pk: each.artwork for each in contents.seen}
    first = next(iter(works.values()), None)
    context = {
        "collection": found,
        "cover": works.get(found.cover_id or 0, first),
        "contents": contents,
        "mine": access.owns(visitor, found),
        "marks": marks_of(visitor),
    }
    return render(request, "mine/exhibition.html", context)
