"""What somebody looked at lately."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from webapp.feed import visits
from webapp.feed.models import Event, Visitor

READ: Final = 80
"""Newest looks that are read; a work may be looked at many times."""


def looked_at(request: HttpRequest, visitor: Visitor | None) -> list[int]:
    """Return the works that were lately looked at, each once, the newest look first.

    Of a stranger those of the visit that their browser remembers, of a visitor whatever they looked
    at last. One query, none for a stranger.
    """
    if visitor is None:
        return visits.current(request, None)[::-1]
    looks = Event.objects.filter(visitor=visitor, kind=Event.Kind.VIEW, undone=None)
    newest = looks.order_by("-time", "-id").values_list("artwork_id", flat=True)
    return list(dict.fromkeys(newest[:READ]))
