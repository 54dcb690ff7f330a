"""Read side of the feed. Nothing in this module writes."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.feed.models import Event, Visitor


@dataclass(frozen=True, slots=True)
class Marks:
    """The standing likes and hides of a visitor, newest first."""

    liked: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()


def marks_of(visitor: Visitor | None) -> Marks:
    """Return what `visitor` likes and hides. One query, none for a stranger."""
    if visitor is None:
        return Marks()
    rows = list(
        Event.objects.filter(visitor=visitor, kind__in=["like", "hide"], undone=None)
        .order_by("-time", "-id")
        .values_list("kind", "artwork_id")
    )
    return Marks(
        liked=tuple(pk for kind, pk in rows if kind == Event.Kind.LIKE),
        hidden=tuple(pk for kind, pk in rows if kind == Event.Kind.HIDE),
    )
