"""Write side of the feed: one function per thing a visitor can do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed import hooks, impressions, picture_asking
from webapp.feed.models import Event, Visitor

OPPOSITE = {
    Event.Kind.LIKE: Event.Kind.HIDE,
    Event.Kind.HIDE: Event.Kind.LIKE,
    # Whoever keeps a work wants to see it; what was kept and is hidden stays where it was put.
    Event.Kind.SAVE: Event.Kind.HIDE,
}


def like(*, visitor: Visitor, artwork: Artwork, list_id: UUID | None = None) -> Event:
    """Record a like; liking twice is the same as once, and takes back a hide.

    `list_id` is the list of recommendations the visitor found the work in, here and below.
    """
    return _mark(visitor, artwork, Event.Kind.LIKE, list_id)


def hide(*, visitor: Visitor, artwork: Artwork, list_id: UUID | None = None) -> Event:
    """Record that a work shall not be shown again; takes back a like."""
    return _mark(visitor, artwork, Event.Kind.HIDE, list_id)


def unlike(*, visitor: Visitor, artwork: Artwork) -> None:
    """Take back a like, if there is one."""
    _undo(visitor, artwork, Event.Kind.LIKE)


def unhide(*, visitor: Visitor, artwork: Artwork) -> None:
    """Take back a hide, if there is one."""
    _undo(visitor, artwork, Event.Kind.HIDE)


def save(*, visitor: Visitor, artwork: Artwork, list_id: UUID | None = None) -> Event:
    """Record that a work was kept; keeping twice is the same as once, and takes back a hide."""
    return _mark(visitor, artwork, Event.Kind.SAVE, list_id)


def unsave(*, visitor: Visitor, artworks: Iterable[int]) -> None:
    """Take back that these works were kept, where they were."""
    standing = Event.objects.filter(visitor=visitor, kind=Event.Kind.SAVE, undone=None)
    standing.filter(artwork_id__in=list(artworks)).update(undone=timezone.now())


def save_again(*, visitor: Visitor, artworks: Iterable[int]) -> None:
    """Undo `unsave`: what was taken back last stands again as it was. A hide stays."""
    saves = Event.objects.filter(
        visitor=visitor, kind=Event.Kind.SAVE, artwork_id__in=list(artworks)
    )
    standing = saves.filter(undone=None).values("artwork_id")
    undone = saves.exclude(artwork_id__in=standing).order_by("artwork_id", "-undone", "-pk")
    last = undone.distinct("artwork_id").values("pk")
    saves.filter(pk__in=last).update(undone=None)


def mute(*, visitor: Visitor, artwork: Artwork) -> None:
    """Let nothing the visitor did with a work shape recommendations; the marks themselves stay."""
    _signs(visitor, artwork).filter(muted=None).update(muted=timezone.now())


def mute_all(*, visitor: Visitor, artworks: Iterable[int]) -> list[int]:
    """Let nothing the visitor did with these works shape recommendations. Return those that did."""
    signs = visitor.events.filter(artwork_id__in=list(artworks), undone=None, muted=None)
    muted = sorted(set(signs.values_list("artwork_id", flat=True)))
    signs.update(muted=timezone.now())
    return muted


def unmute_all(*, visitor: Visitor, artworks: Iterable[int]) -> None:
    """Let these works shape recommendations again."""
    signs = visitor.events.filter(artwork_id__in=list(artworks), undone=None)
    signs.exclude(muted=None).update(muted=None)


def unmute(*, visitor: Visitor, artwork: Artwork) -> None:
    """Let a work shape recommendations again, exactly as before."""
    _signs(visitor, artwork).exclude(muted=None).update(muted=None)


def record_view(*, visitor: Visitor, artwork: Artwork, list_id: UUID | None = None) -> Event:
    """Record that a work was looked at."""
    return Event.objects.create(
        visitor=visitor,
        artwork=artwork,
        kind=Event.Kind.VIEW,
        time=timezone.now(),
        list_id=list_id,
    )


def record_looks(*, visitor: Visitor, looks: Iterable[tuple[int, datetime]]) -> None:
    """Record looks of some time ago, as (artwork id, time); works that are gone are left out."""
    given = list(looks)
    there = set(Artwork.objects.filter(pk__in=[pk for pk, _ in given]).values_list("pk", flat=True))
    Event.objects.bulk_create(
        Event(visitor=visitor, artwork_id=pk, kind=Event.Kind.VIEW, time=time)
        for pk, time in given
        if pk in there
    )


@transaction.atomic
def merge(*, visitor: Visitor, into: User) -> Visitor:
    """Give a session's history to an account; the account's own marks win over contrary ones."""
    own, _created = Visitor.objects.get_or_create(user=into)
    for kinds in ((Event.Kind.LIKE, Event.Kind.HIDE), (Event.Kind.SAVE,)):
        decided = own.events.filter(kind__in=kinds, undone=None).values("artwork_id")
        standing = visitor.events.filter(kind__in=kinds, undone=None, artwork_id__in=decided)
        standing.update(undone=timezone.now())
    visitor.events.update(visitor=own)
    impressions.hand_over(visitor.pk, to=own.pk)
    picture_asking.hand_over(visitor.pk, to=own.pk)
    hooks.merged.send(sender=Visitor, visitor=visitor, into=own)
    visitor.delete()
    return own


@transaction.atomic
def _mark(
    visitor: Visitor, artwork: Artwork, kind: Event.Kind, list_id: UUID | None = None
) -> Event:
    _undo(visitor, artwork, OPPOSITE[kind])
    # The unique constraint on standing marks makes two clicks at once one row.
    event, _created = Event.objects.get_or_create(
        visitor=visitor,
        artwork=artwork,
        kind=kind,
        undone=None,
        defaults={"time": timezone.now(), "list_id": list_id},
    )
    return event


def _undo(visitor: Visitor, artwork: Artwork, kind: Event.Kind) -> None:
    Event.objects.filter(visitor=visitor, artwork=artwork, kind=kind, undone=None).update(
        undone=timezone.now()
    )


def _signs(visitor: Visitor, artwork: Artwork) -> QuerySet[Event]:
    """All that stands of what a visitor did with a work, looks included."""
    return Event.objects.filter(visitor=visitor, artwork=artwork, undone=None)
