"""What only the API asks for. Nothing in this module writes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q, QuerySet

from webapp.catalog.models import Artwork, Tiles
from webapp.feed.models import Event, Visitor


def tiled(images: Collection[int]) -> set[int]:
    """Return which of these images can be had as IIIF image services. One query."""
    done = Tiles.objects.filter(image__in=images, key=F("image__key"), state=Tiles.State.DONE)
    return set(done.values_list("image_id", flat=True))


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
