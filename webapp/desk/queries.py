"""Read side of the desk."""

from __future__ import annotations

from webapp.catalog.models import Artist
from webapp.desk.models import FormerName


def formerly_named(name: str) -> Artist | None:
    """Return the artist who had this name before."""
    return _of(FormerName.objects.select_related("artist").filter(name=name).first())


def formerly_at(slug: str) -> Artist | None:
    """Return the artist whose page was here before."""
    return _of(FormerName.objects.select_related("artist").filter(slug=slug).first())


def _of(former: FormerName | None) -> Artist | None:
    return former.artist if former else None
