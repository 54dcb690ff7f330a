"""What somebody was shown, and what they made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from webapp.feed.models import Event, Visitor

MOST: Final = 400
"""Works of each kind that are marked; the newest."""
_SHOWN: Final = """
    SELECT artwork_id FROM feed_impression WHERE visitor_id = %s
    GROUP BY artwork_id ORDER BY max(time) DESC LIMIT %s
"""
_CHOSEN: Final = (Event.Kind.LIKE, Event.Kind.SAVE, Event.Kind.PURCHASE, Event.Kind.CHOICE)


@dataclass(frozen=True, slots=True)
class Traces:
    """Ids of works, the newest first. A work is in one list alone, but for `shown`."""

    chosen: Sequence[int] = ()
    """Liked, saved, bought, or chosen in the quiz."""
    hidden: Sequence[int] = ()
    looked: Sequence[int] = ()
    """Opened, and nothing more."""
    ignored: Sequence[int] = ()
    """Shown in a list of recommendations, and not even opened."""
    shown: Sequence[int] = ()
    """All that stood in such lists, whatever became of it."""


def traces(visitor: Visitor) -> Traces:
    """Read them. Two queries."""
    events = Event.objects.filter(visitor=visitor, undone=None, muted=None)
    by_kind: dict[int, set[str]] = {}
    rows = events.order_by("-time", "-pk").values_list("artwork_id", "kind")
    for artwork_id, kind in rows:
        by_kind.setdefault(artwork_id, set()).add(kind)
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [visitor.pk, MOST])
        shown = [pk for (pk,) in cursor.fetchall()]
    hidden = [pk for pk, kinds in by_kind.items() if Event.Kind.HIDE in kinds]
    chosen = [
        pk
        for pk, kinds in by_kind.items()
        if Event.Kind.HIDE not in kinds and kinds.intersection(_CHOSEN)
    ]
    marked = {*hidden, *chosen}
    return Traces(
        chosen[:MOST],
        hidden[:MOST],
        [pk for pk in by_kind if pk not in marked][:MOST],
        [pk for pk in shown if pk not in by_kind],
        shown,
    )
