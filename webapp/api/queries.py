"""Lists that only the API shows in pieces. Nothing in this module writes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor


def marked(visitor: Visitor | None, kind: str, *, after: tuple[str, int] | None) -> QuerySet[Event]:
    """Return the standing marks of a visitor with works that can be seen, newest first.

    `after` is the time and id of the last mark of the piece before.
    """
    if visitor is None:
        return Event.objects.none()
    found = Event.objects.filter(
        visitor=visitor,
        kind=kind,
        undone=None,
        artwork__state=Artwork.State.VISIBLE,
        artwork__image__isnull=False,
    )
    if after:
        time, pk = datetime.fromisoformat(after[0]), after[1]
        found = found.filter(Q(time__lt=time) | Q(time=time, pk__lt=pk))
    return found.select_related("artwork__artist", "artwork__image").order_by("-time", "-id")
