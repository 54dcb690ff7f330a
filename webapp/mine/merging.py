"""What a session kept becomes its account's at sign-in: collections, follows, wishes."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import translation

from webapp.feed.models import Visitor
from webapp.mine.models import Choices, Collection, CollectionItem, Follow


@transaction.atomic
def merge(*, visitor: Visitor, into: Visitor) -> None:
    """Give what `visitor` kept to `into`. Nothing of either is lost; a wish to be known less stays.

    The works of both standard collections come together in the account's, unless the session's has
    become more than that: then it stays as it is, beside it.
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
    known = {item.artwork_id: item for item in own.items.all()}
    both = [item for item in theirs.items.all() if item.artwork_id in known]
    if _its_own(theirs, own) or any(_differ(i.note, known[i.artwork_id].note) for i in both):
        Collection.objects.filter(pk=theirs.pk).update(standard=False)
        return
    for item in both:
        known[item.artwork_id].note = known[item.artwork_id].note or item.note
    CollectionItem.objects.bulk_update([known[item.artwork_id] for item in both], ["note"])
    # What the session saved is newer: it comes first, where new works stand.
    coming = list(theirs.items.exclude(artwork_id__in=known))
    top = own.items.order_by("position").values_list("position", flat=True).first() or 0
    last = theirs.items.aggregate(last=Max("position"))["last"] or 0
    for item in coming:
        item.collection, item.position = own, item.position + top - last - 1
    CollectionItem.objects.bulk_update(coming, ["collection", "position"])
    Collection.objects.filter(pk=own.pk).update(
        note=own.note or theirs.note, cover=own.cover_id or theirs.cover_id
    )
    theirs.delete()


def _its_own(theirs: Collection, own: Collection) -> bool:
    """Tell whether somebody made more of a standard collection than works go there."""
    shared = theirs.visibility != Collection.Visibility.PRIVATE
    return shared or theirs.title not in _given_titles() or _differ(theirs.note, own.note)


def _given_titles() -> set[str]:
    """What a standard collection is called before it is renamed, in each language."""
    titles = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            titles.add(translation.gettext("Saved"))
    return titles


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _merge_choices(visitor: Visitor, into: Visitor) -> None:
    given = Choices.objects.filter(visitor=visitor).first()
    if given is None:
        return
    kept, _created = Choices.objects.get_or_create(visitor=into)
    kept.impersonal |= given.impersonal
    kept.history_paused |= given.history_paused
    kept.save()
