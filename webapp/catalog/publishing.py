"""Hold works back, publish them, and delete them so that it can be undone for a while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from webapp.catalog import tiles
from webapp.catalog.actions import delete_artworks, show_again, wait_for_vector, withdraw
from webapp.catalog.models import Artwork
from webapp.jobs import Job, enqueue

KEPT_DAYS: Final = 30
"""How long a deleted work can be brought back."""
_SWEPT_AT_ONCE: Final = 200
_DATE: Final = """
UPDATE catalog_artwork SET added = %(now)s - wanted.place * interval '1 microsecond'
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
WHERE catalog_artwork.id = wanted.id
"""


@transaction.atomic
def publish(artwork_ids: Iterable[int], *, as_new: bool = True) -> list[int]:
    """Let held works be shown, the first given as the newest, and return which were held.

    Drafts go by way of the workers once more, so that they have a place in every space there is by
    now; what was seen in their pictures is kept, so it takes moments. `as_new` dates them today.
    """
    order = list(artwork_ids)
    locked = set(_locked(Artwork.objects.filter(held=True), order))
    ids = [pk for pk in order if pk in locked]
    held = Artwork.objects.filter(pk__in=ids)
    if as_new:
        _date_today(ids)
    held.update(held=False)
    if wait_for_vector(held.filter(state=Artwork.State.DRAFT)):
        enqueue(Job.EMBED_ARTWORKS)
    return ids


@transaction.atomic
def hold(artwork_ids: Iterable[int]) -> list[int]:
    """Take works off the walls as drafts, and return which were not held before."""
    ids = _locked(Artwork.objects.filter(held=False), artwork_ids)
    free = Artwork.objects.filter(pk__in=ids)
    free.update(held=True)
    free.filter(state=Artwork.State.VISIBLE).update(state=Artwork.State.DRAFT)
    transaction.on_commit(partial(tiles.drop_of, ids))
    return ids


@transaction.atomic
def discard(artwork_ids: Iterable[int]) -> list[int]:
    """Withdraw works to be deleted for good after `KEPT_DAYS`; return which were not already."""
    ids = _locked(Artwork.objects.all(), artwork_ids)
    withdraw(ids)
    Artwork.objects.filter(pk__in=ids).update(deleted=timezone.now())
    return ids


@transaction.atomic
def restore(artwork_ids: Iterable[int]) -> list[int]:
    """Bring deleted works back as they were, shown or held; return which could be."""
    deleted = Artwork.objects.filter(pk__in=list(artwork_ids), deleted__isnull=False)
    ids = list(deleted.values_list("pk", flat=True))
    show_again(ids)
    return ids


def _date_today(ids: Sequence[int]) -> None:
    """Date works now, each a microsecond before the one that shall hang before it."""
    with connection.cursor() as cursor:
        cursor.execute(_DATE, {"now": timezone.now(), "ids": list(ids)})


def _locked(works: QuerySet[Artwork], ids: Iterable[int]) -> list[int]:
    """Return which of these works are not withdrawn, and keep others from changing that."""
    rows = works.filter(pk__in=list(ids)).exclude(state=Artwork.State.WITHDRAWN).order_by("pk")
    return list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


@transaction.atomic
def sweep() -> int:
    """Delete for good what was deleted long enough ago, some at a time; return how many.

    What somebody is just bringing back is passed over.
    """
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    due = Artwork.objects.filter(deleted__lt=before).order_by("deleted")
    held = due.select_for_update(skip_locked=True)
    ids = list(held.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
    if ids:
        delete_artworks(ids)
    return len(ids)
