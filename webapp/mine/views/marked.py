"""All of one's own at a glance; works one likes, and works one hides."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.catalog.models import Artwork
from webapp.feed import visitors
from webapp.feed.browsing import PAGE, Piece
from webapp.feed.queries import cards_of, marks_of
from webapp.mine.overview import shelves

_MOST_DIGITS: Final = 7


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show some of all that is one's own; each leads to its page."""
    context = {"shelves": shelves(visitors.current(request)), "tab": "mine"}
    return render(request, "mine/overview.html", context)


@require_safe
def likes(request: HttpRequest) -> HttpResponse:
    marks = marks_of(visitors.current(request))
    after = request.GET.get("after", "")
    context = {
        "piece": _piece(marks.liked, after),
        "from_start": not after,
        "marks": marks,
        "tab": "likes",
    }
    return render(request, "mine/likes.html", context)


@require_safe
def hidden(request: HttpRequest) -> HttpResponse:
    marks = marks_of(visitors.current(request))
    after = request.GET.get("after", "")
    context = {"piece": _piece(marks.hidden, after), "from_start": not after, "tab": "hidden"}
    return render(request, "mine/hidden.html", context)


def _piece(ids: tuple[int, ...], after: str) -> Piece:
    """Some of these works; a place is how many came before."""
    readable = after.isascii() and after.isdecimal() and len(after) <= _MOST_DIGITS
    start = int(after) if readable else 0
    wanted = ids[start : start + PAGE]
    cards: dict[int, Artwork] = cards_of(wanted)
    more = len(ids) > start + PAGE
    return Piece(
        tuple(cards[pk] for pk in wanted if pk in cards), str(start + PAGE) if more else ""
    )
