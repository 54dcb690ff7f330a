"""What to show while no taste is known: curators' picks, what others lately liked, what is new."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from artrec.serving.rerank import interleave
from webapp.catalog.models import Artwork
from webapp.feed.arranging import Source
from webapp.feed.keeping import kept
from webapp.feed.models import Event, Pick
from webapp.feed.showable import FRESH, RECOMMENDABLE, newest

POPULAR_DAYS: Final = 42
"""How far back, from the newest sign of all, likes, saves and purchases count as popularity."""
POPULAR_SIGNS: Final = 200
"""How many of the newest signs count behind those, however old they are: the first like after a
quiet season is not all that people love."""
POPULAR: Final = 500
"""Most works counted as popular."""
POPULAR_SECONDS: Final = 60
"""How long one count is believed; counting reads every sign of those weeks."""


def mixed(
    *, limit: int, exclude: Collection[int] = (), ranked: Collection[int] = ()
) -> dict[int, Source]:
    """Return works in turn from those lists, and each one's source; the best of each come first.

    Args:
        limit: Most works.
        exclude: Ids that must not be among them.
        ranked: Ids that a model ranks best for somebody unknown, one more list.

    Two queries, two more when popularity is counted anew. Picks and popular works may be gone
    meanwhile, so ask `showable`; the new ones may all be shown.
    """
    barred = set(exclude)
    lists: dict[Source, list[int]] = {
        "pick": [pk for pk in picks() if pk not in barred],
        "popular": [pk for pk in popular() if pk not in barred],
        "fresh": list(newest(limit=limit, exclude=exclude)),
        "model": [pk for pk in ranked if pk not in barred],
    }
    source: dict[int, Source] = {}
    for name, ids in lists.items():
        for pk in ids:
            source.setdefault(pk, name)
    order = list(interleave(*lists.values()))[:limit]
    return {pk: source[pk] for pk in order}


def picks() -> list[int]:
    """Return the curators' picks, newest first."""
    return list(Pick.objects.values_list("artwork_id", flat=True))


def popular() -> list[int]:
    """Return the works that most visitors lately liked, saved or bought."""
    return kept("feed.popular", POPULAR_SECONDS, _count)


def source_of(artwork: Artwork) -> Source | None:
    """Return by which of the lists a work comes to somebody of whom nothing is known; None where it
    stands in none. One query, besides counting anew."""
    if Pick.objects.filter(artwork=artwork).exists():
        return "pick"
    if artwork.pk in popular():
        return "popular"
    return "fresh" if artwork.added >= timezone.now() - FRESH else None


def _count() -> list[int]:
    signs = Event.objects.filter(
        kind__in=[Event.Kind.LIKE, Event.Kind.SAVE, Event.Kind.PURCHASE], undone=None
    )
    times = list(signs.order_by("-time").values_list("time", flat=True)[:POPULAR_SIGNS])
    if not times:
        return []
    since = times[0] - timedelta(days=POPULAR_DAYS)
    counted = signs.filter(
        time__gte=min(since, times[-1]),
        artwork__state=Artwork.State.VISIBLE,
        artwork__availability__in=RECOMMENDABLE.availability,
    )
    ranked = counted.values("artwork_id").annotate(
        lately=Count("visitor", distinct=True, filter=Q(time__gte=since)),
        fans=Count("visitor", distinct=True),
    )
    order = ranked.order_by("-lately", "-fans", "-artwork_id")
    return list(order.values_list("artwork_id", flat=True)[:POPULAR])
