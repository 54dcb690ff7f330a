"""Read side of intake: what has arrived, and what became of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from webapp.accounts.models import User
from webapp.catalog.files import variant_name
from webapp.ingest.models import Batch, Item
from webapp.ingest.queries import progress, recent_batches
from webapp.intake.models import Parcel, Sending, Upload

RECENT: Final = 8
"""Batches on the upload page."""
STRIP: Final = 6
"""Pictures that stand for a batch."""
TOLD: Final = 50
"""Files named to a script at once; their batch's page names all."""
THUMB_WIDTH: Final = 320


@dataclass(frozen=True, slots=True)
class Shown:
    """A batch on the upload page."""

    batch: Batch
    thumbnails: Sequence[str]


def unfinished(user: User) -> QuerySet[Sending]:
    """Return the sendings of a person that may go on, newest first, with what has `arrived`."""
    rows = Sending.objects.filter(batch__user=user, closed=None).select_related("batch")
    arrived = Count("uploads", filter=~Q(uploads__state=Upload.State.OPEN))
    return rows.annotate(arrived=arrived).order_by("-pk")


def arrived(sending: Sending, fingerprints: Sequence[str]) -> set[str]:
    """Return which of these files need not be sent any more."""
    ended = Upload.objects.filter(sending=sending).exclude(state=Upload.State.OPEN)
    found = ended.filter(fingerprint__in=fingerprints)
    return set(found.values_list("fingerprint", flat=True))


def arriving() -> set[str]:
    """Return the names of stored files that are needed though no item speaks of them yet."""
    uploads = Upload.objects.filter(state=Upload.State.OPEN).values_list("stored", flat=True)
    parcels = Parcel.objects.filter(state=Parcel.State.WAITING)
    names = set(uploads)
    for stored, pending in parcels.values_list("stored", "pending"):
        names |= {stored, *pending}
    return names


def recent() -> list[Shown]:
    """Return the newest batches, each with some of its pictures, in two queries."""
    batches = list(recent_batches(RECENT))
    place = Window(RowNumber(), partition_by=F("batch_id"), order_by=F("id").desc())
    items = Item.objects.filter(batch__in=batches, artwork__image__isnull=False)
    newest = items.annotate(place=place).filter(place__lte=STRIP)
    pictures: dict[int, list[str]] = {}
    for item in newest.select_related("artwork__image"):
        pictures.setdefault(item.batch_id, []).append(thumbnail(item))
    return [Shown(batch, pictures.get(batch.pk, [])) for batch in batches]


def state_of(batch: Batch) -> dict[str, Any]:
    """Return how far a batch is, for a script, in four queries however large it is."""
    counted = progress(batch)
    parcels = list(Parcel.objects.filter(batch=batch).order_by("pk")[:TOLD])
    unpacking = any(parcel.state == Parcel.State.WAITING for parcel in parcels)
    return {
        "total": counted.total,
        "settled": counted.settled,
        "finished": counted.settled == counted.total and not unpacking,
        "counts": _counts(batch),
        "parcels": [_told(parcel) for parcel in parcels],
        "bad": _bad(batch),
    }


def thumbnail(item: Item) -> str:
    """Return the address of a small picture of an item that has one."""
    image = getattr(item.artwork, "image", None)
    if image is None:
        return ""
    width = next((width for width in image.widths if width >= THUMB_WIDTH), image.widths[-1])
    return default_storage.url(variant_name(image.key, width, image.formats[-1]))


def _counts(batch: Batch) -> list[dict[str, Any]]:
    """Return how many items are in each state that any is in, as people call it."""
    found = Item.objects.filter(batch=batch).order_by("state").values_list("state")
    counts = dict(found.annotate(Count("pk")))
    return [
        {"state": state.value, "label": state.label, "count": counts[state.value]}
        for state in Item.State
        if state.value in counts
    ]


def _bad(batch: Batch) -> list[dict[str, str]]:
    states = (Item.State.REFUSED, Item.State.FAILED)
    rows = Item.objects.filter(batch=batch, state__in=states).order_by("-pk")
    return [
        {"name": each.name, "reason": each.reason} for each in rows.only("name", "reason")[:TOLD]
    ]


def _told(parcel: Parcel) -> dict[str, Any]:
    return {
        "name": parcel.name,
        "label": parcel.get_state_display(),
        "waiting": parcel.state == Parcel.State.WAITING,
        "entries": parcel.entries,
        "position": parcel.position,
        "litter": parcel.litter,
    }
