"""What a session kept becomes its account's at sign-in: collections, follows, wishes."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from webapp.feed.models import Visitor
from webapp.mine.models import Choices, Collection, CollectionItem, Follow


@transaction.atomic
def merge(*, visitor: Visitor, into: Visitor) -> None:
    """Give what `visitor` kept to `into`. Nothing of either is lost; a wish to be known less stays.

    The works of both standard collections come together in the account's.
    """
    followed = Follow.objects.filter(visitor=into).values("artist_id")
    Follow.objects.filter(visitor=visitor).exclude(artist_id__in=followed).update(visitor=into)
    _merge_standard(visitor, into)
    Collection.objects.filter(visitor=visitor).update(visitor=into)
    _merge_choices(visitor, into)


def _merge_standard(visitor: Visitor, into: Visitor) -> None:
    standing = Collection.objects.filter(standard=True, deleted=None)
    theirs = standing.filter(visitor=visitor).first()
    own = standing.filter(visitor=into).first()
    if theirs is None or own is None:
        return
    known = own.items.values("artwork_id")
    # What the session saved is newer: it comes first, where new works stand.
    coming = list(theirs.items.exclude(artwork_id__in=known))
    top = own.items.order_by("position").values_list("position", flat=True).first() or 0
    last = theirs.items.aggregate(last=Max("position"))["last"] or 0
    for item in coming:
        item.collection, item.position = own, item.position + top - last - 1
    CollectionItem.objects.bulk_update(coming, ["collection", "position"])
    if theirs.note and not own.note:
        Collection.objects.filter(pk=own.pk).update(note=theirs.note)
    theirs.delete()


def _merge_choices(visitor: Visitor, into: Visitor) -> None:
    given = Choices.objects.filter(visitor=visitor).first()
    if given is None:
        return
    kept, _created = Choices.objects.get_or_create(visitor=into)
    kept.impersonal |= given.impersonal
    kept.history_paused |= given.history_paused
    kept.save()
