"""Artists one follows, and their newest works."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from webapp.catalog import queries as catalog
from webapp.feed import visitors, visits
from webapp.feed.queries import marks_of
from webapp.mine import access, actions, queries, undoing

NEWEST: Final = 40
"""Works shown of all one follows."""


@require_safe
def following(request: HttpRequest) -> HttpResponse:
    visitor = visitors.current(request)
    marks = marks_of(visitor)
    context = {
        "artists": queries.followed_with_picture(visitor),
        "works": list(queries.newest_of_followed(visitor).exclude(pk__in=marks.hidden)[:NEWEST]),
        "marks": marks,
        "tab": "following",
    }
    return render(request, "mine/following.html", context)


@require_POST
def follow(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Follow an artist, or no longer; either twice is the same as once."""
    artist = get_object_or_404(catalog.artists(), slug=slug)
    visitor = visitors.current_or_new(request)
    if verb == "follow":
        actions.follow(visitor=visitor, artist=artist)
        said = _("You follow %(name)s. New works will be on your page.") % {"name": artist.name}
    else:
        actions.unfollow(visitor=visitor, artist=artist)
        said = _("You no longer follow %(name)s.") % {"name": artist.name}
    undo = reverse("follow", args=[slug, "unfollow" if verb == "follow" else "follow"])
    undoing.note(request, said, undo)
    response = redirect(access.next_page(request, artist.get_absolute_url()))
    return visits.hand_over(request, response, visitor)
