"""What pages of other apps show of one's own things."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from webapp.catalog.models import Artist
from webapp.feed.visitors import SESSION_KEY
from webapp.mine.models import Follow

register = template.Library()


@register.inclusion_tag("mine/follow.html", takes_context=True)
def follow_button(context: dict[str, Any], artist: Artist, quiet: bool = False) -> dict[str, Any]:
    """Show the button to follow an artist, or no longer. One query, none for a stranger."""
    return {
        "artist": artist,
        "followed": _follows(context["request"], artist),
        "quiet": quiet,
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
    }


def _follows(request: HttpRequest, artist: Artist) -> bool:
    follows = Follow.objects.filter(artist=artist)
    if request.user.is_authenticated:
        return follows.filter(visitor__user_id=request.user.pk).exists()
    visitor: int | None = request.session.get(SESSION_KEY)
    return visitor is not None and follows.filter(visitor_id=visitor, visitor__user=None).exists()
