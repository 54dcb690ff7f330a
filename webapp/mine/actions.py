"""Write side of what visitors keep: works in collections, artists followed, wishes."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.catalog.models import Artist, Artwork
from webapp.feed import actions as feed
from webapp.feed.models import Visitor
from webapp.mine.models import Choices, Collection, CollectionItem, Follow

MOST_COLLECTIONS: Final = 200
MOST_WORKS: Final = 1_000
"""In one collection."""
BRING_BACK: Final = timedelta(days=1)
"""So long a deleted collection can be brought back; then `sweep` makes an end of it."""


class RefusedError(Exception):
    """What a visitor cannot do, in words for them."""


def follow(*, visitor: Visitor, artist: Artist) -> None:
    """Follow an artist; twice is the same as once."""
    Follow.objects.get_or_create(visitor=visitor, artist=artist)


def unfollow(*, visitor: Visitor, artist: Artist) -> None:
    """Follow an artist no longer."""
    Follow.objects.filter(visitor=visitor, artist=artist).delete()


def choose(
    *, visitor: Visitor, impersonal: bool | None = None, history_paused: bool | None = None
) -> Choices:
    """Note how a visitor wants to be known; None leaves a wish as it is."""
    choices, _created = Choices.objects.get_or_create(visitor=visitor)
    if impersonal is not None:
        choices.impersonal = impersonal
    if history_paused is not None:
        choices.history_paused = history_paused
    choices.save()
    return choices


def standard(*, visitor: Visitor) -> Collection:
    """Return the collection where works go unless another is chosen, made by the first of them."""
    # The unique constraint makes two at once one row.
    return Collection.objects.get_or_create(
        visitor=visitor, standard=True, deleted=None, defaults={"title": _("Saved")}
    )[0]


def create(*, visitor: Visitor, title: str) -> Collection:
    """Make a private collection, in front of the others.

    Raises:
        RefusedError: If there are too many.
    """
    own = Collection.objects.filter(visitor=visitor, deleted=None)
    if own.count() >= MOST_COLLECTIONS:
        raise RefusedError(
            ngettext(
                "More than %(most)d collection cannot be kept. Delete one first.",
                "More than %(most)d collections cannot be kept. Delete one first.",
                MOST_COLLECTIONS,
            )
            % {"most": MOST_COLLECTIONS}
        )
    first = own.aggregate(first=Min("position"))["first"] or 0
    return Collection.objects.create(visitor=visitor, title=title, position=first - 1)


@transaction.atomic
def keep(
    *, visitor: Visitor, artwork: Artwork, collections: Some[int], list_id: UUID | None = None
) -> list[Collection]:
    """Let a work be in exactly these collections of the visitor's.

    It counts as saved while it is in any. Return those it is in now.

    Raises:
        RefusedError: If one of them is full.
    """
    own = Collection.objects.select_for_update().filter(visitor=visitor, deleted=None)
    found = {each.pk: each for each in own}
    wanted = found.keys() & set(collections)
    items = CollectionItem.objects.filter(collection__in=found, artwork=artwork)
    there = set(items.values_list("collection_id", flat=True))
    items.exclude(collection__in=wanted).delete()
    for pk in wanted - there:
        _put(found[pk], artwork)
    Collection.objects.filter(pk__in=there ^ wanted).update(changed=timezone.now())
    if wanted:
        feed.save(visitor=visitor, artwork=artwork, list_id=list_id)
    else:
        feed.unsave(visitor=visitor, artworks=[artwork.pk])
    return [each for pk, each in found.items() if pk in wanted]


@transaction.atomic
def put_back(*, collection: Collection, artwork: Artwork, position: int, note: str) -> None:
    """Undo `arrange` without a work: it stands where it stood."""
    CollectionItem.objects.get_or_create(
        collection=collection, artwork=artwork, defaults={"position": position, "note": note}
    )
    feed.save_again(visitor=collection.visitor, artworks=[artwork.pk])


@transaction.atomic
def arrange(
    *,
    collection: Collection,
    order: Iterable[int],
    notes: Mapping[int, str],
    cover: int | None = None,
    without: int | None = None,
) -> None:
    """Put the works of a collection in this order, with these notes by artwork id.

    Works not named keep their place behind those that are; one may be taken out.
    """
    items = {item.artwork_id: item for item in collection.items.select_for_update()}
    named = [pk for pk in dict.fromkeys(order) if pk in items]
    rest = [pk for pk in items if pk not in set(named)]
    for position, pk in enumerate((*named, *rest)):
        items[pk].position = position
        items[pk].note = notes.get(pk, items[pk].note)
    CollectionItem.objects.bulk_update(items.values(), ["position", "note"])
    if cover in items:
        collection.cover_id = cover
    collection.save(update_fields=["cover", "changed"])
    if without in items:
        items[without].delete()
        _unsave_alone(collection.visitor, [without])


@transaction.atomic
def delete(*, collection: Collection) -> None:
    """Delete a collection; for a while `restore` brings it back."""
    works = list(collection.items.values_list("artwork_id", flat=True))
    collection.deleted = timezone.now()
    collection.save(update_fields=["deleted"])
    _unsave_alone(collection.visitor, works)


def can_be_restored(collection: Collection) -> bool:
    """Tell whether a collection is deleted, and not too long ago."""
    return collection.deleted is not None and collection.deleted > timezone.now() - BRING_BACK


def sweep() -> None:
    """Delete for good what cannot be brought back any more. One query where there is nothing."""
    Collection.objects.filter(deleted__lte=timezone.now() - BRING_BACK).delete()


@transaction.atomic
def restore(*, collection: Collection) -> None:
    """Bring a deleted collection back, as it was."""
    own = Collection.objects.filter(visitor=collection.visitor, deleted=None)
    # Meanwhile another may have become the standard one.
    collection.standard = collection.standard and not own.filter(standard=True).exists()
    collection.deleted = None
    collection.save(update_fields=["deleted", "standard"])
    works = collection.items.values_list("artwork_id", flat=True)
    feed.save_again(visitor=collection.visitor, artworks=works)


def _put(collection: Collection, artwork: Artwork) -> None:
    """Add a work in front of the others."""
    items: QuerySet[CollectionItem] = collection.items.all()
    if items.count() >= MOST_WORKS:
        raise RefusedError(
            _("“%(title)s” is full: a collection holds %(most)d works.")
            % {"title": collection.title, "most": MOST_WORKS}
        )
    first = items.aggregate(first=Min("position"))["first"] or 0
    CollectionItem.objects.create(collection=collection, artwork=artwork, position=first - 1)


def _unsave_alone(visitor: Visitor, works: Iterable[int]) -> None:
    """Take back that works were saved that are in no collection any more."""
    left = CollectionItem.objects.filter(
        collection__visitor=visitor, collection__deleted=None, artwork_id__in=list(works)
    )
    feed.unsave(
        visitor=visitor, artworks=set(works) - set(left.values_list("artwork_id", flat=True))
    )
