"""What visitors see: the exhibitions that are open, and a walk through one."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from webapp.catalog import linked
from webapp.exhibitions import queries, showing
from webapp.exhibitions.models import Exhibition
from webapp.feed import visitors
from webapp.feed.queries import marks_of
from webapp.mine import fitting

PAGE: Final = 24
LONG: Final = 420
"""Characters of an introduction; a longer one is read behind the entrance, not in it."""
SEEN_BY_CURATORS: Final = (Exhibition.State.DRAFT, Exhibition.State.SCHEDULED)


@require_safe
def exhibitions(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
    start = (max(number, 1) - 1) * PAGE
    found = list(queries.open_now()[start : start + PAGE + 1])
    if start and not found:
        raise Http404
    shown = found[:PAGE]
    covers = queries.covers(shown)
    context = {
        "exhibitions": [(each, covers.get(each.pk)) for each in shown],
        "following": max(number, 1) + 1 if len(found) > PAGE else None,
        "from_start": not start,
    }
    return render(request, "exhibitions/index.html", context)


@require_safe
def exhibition(request: HttpRequest, token: str) -> HttpResponse:
    found = get_object_or_404(Exhibition, token=token, deleted=None)
    curator = request.user.has_perm("exhibitions.change_exhibition")
    waiting = found.state in SEEN_BY_CURATORS
    rooms = showing.rooms_of(found)
    works = [work for room in rooms for work in room.works]
    if (waiting or not works) and not curator:
        raise Http404
    cover = showing.cover_of(found, rooms)
    marks = marks_of(visitors.current(request))
    entrance, rooms = showing.entered(cover, rooms)
    following = queries.next_after(found)
    context = {
        "exhibition": found,
        "rooms": rooms,
        "prologue": len(found.introduction) > LONG,
        "size": len(works),
        "cover": cover,
        "entrance": entrance,
        "card": linked.card_picture(request, cover) if cover else None,
        "event": showing.event(request, found, cover),
        "link": request.build_absolute_uri(found.get_absolute_url()),
        "curator": curator,
        "waiting": waiting,
        "marks": marks,
        "fitting": fitting.works_that_fit([work.pk for work in works], hidden=marks.hidden),
        "following": following,
        "following_cover": queries.covers([following]).get(following.pk) if following else None,
    }
    response = render(request, "exhibitions/exhibition.html", context)
    if waiting:
        response["X-Robots-Tag"] = "noindex"
    return response
