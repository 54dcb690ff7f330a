"""Read side of intake: what has arrived, and what became of it so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from webapp.ingest import telling
from webapp.ingest.coming import Coming
from webapp.ingest.models import Batch, Item
from webapp.ingest.queries import deleted_batches, progress, recent_batches
from webapp.intake.models import Parcel, Sending, Upload

RECENT: Final = 8
"""Batches on the upload page."""
STRIP: Final = 6
"""Pictures that stand for a batch."""
TOLD: Final = 50
"""Files named to a script at once; their batch's page names all."""
_MORE: Final = Q(arrived__lt=F("files")) | Q(arriving__gt=0)
"""Who goes on with a sending may choose other files too, and more than were counted at first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A batch on the upload page."""

    batch: Batch
    thumbnails: Sequence[str]


def unfinished() -> QuerySet[Any, Any]:
    """Return the sendings that may go on, newest first, with what has `arrived`."""
    rows = _unclosed().filter(_MORE).exclude(batch__in=deleted_batches())
    return rows.select_related("batch__user").order_by("-pk")


def all_arrived() -> QuerySet[Sending]:
    """Return the sendings that nobody closed though every file has arrived."""
    return _unclosed().exclude(_MORE)


def unpacking() -> QuerySet[Parcel]:
    """Return the archives that are not unpacked yet."""
    return Parcel.objects.filter(state=Parcel.State.WAITING)


def still_to_come(batch: int | None) -> Iterator[Coming]:
    """Yield what has not arrived or is not unpacked of a batch, or of any. Two queries."""
    sendings, parcels = unfinished(), unpacking().defer("pending").order_by("pk")
    if batch is not None:
        sendings, parcels = sendings.filter(batch=batch), parcels.filter(batch=batch)[:TOLD]
    for sent in sendings:
        files = max(sent.files, sent.arrived + sent.arriving)
        yield Coming(sent.batch_id, files, sent.arrived, touched=sent.touched)
    for parcel in parcels:
        yield Coming(parcel.batch_id, parcel.entries, parcel.position, archive=parcel.name)


def arrived(sending: Sending, fingerprints: Sequence[str]) -> set[str]:
    """Return which of these files need not be sent any more."""
    ended = Upload.objects.filter(sending=sending).exclude(state=Upload.State.OPEN)
    found = ended.filter(fingerprint__in=fingerprints)
    return set(found.values_list("fingerprint", flat=True))


def arriving() -> set[str]:
    """Return the names of stored files that are needed though no item speaks of them yet."""
    uploads = Upload.objects.filter(state=Upload.State.OPEN).values_list("stored", flat=True)
    names = set(uploads)
    for stored, pending in unpacking().values_list("stored", "pending"):
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
        pictures.setdefault(item.batch_id, []).append(telling.thumbnail(item.artwork))
    return [Shown(batch, pictures.get(batch.pk, [])) for batch in batches]


def state_of(batch: Batch) -> dict[str, Any]:
    """Return how far a batch is, for a script, in five queries however large it is."""
    counted = progress(batch)
    parcels = list(Parcel.objects.filter(batch=batch).order_by("pk")[:TOLD])
    waiting = any(parcel.state == Parcel.State.WAITING for parcel in parcels)
    return {
        "total": counted.total,
        "settled": counted.settled,
        "finished": counted.settled == counted.total and not waiting,
        "words": "" if counted.finished else telling.progress(batch, counted)["words"],
        "counts": _counts(batch),
        "parcels": [_told(parcel) for parcel in parcels],
        "bad": _bad(batch),
    }


def _unclosed() -> QuerySet[Any, Any]:
    is_open = Q(uploads__state=Upload.State.OPEN)
    return Sending.objects.filter(closed=None).annotate(
        arrived=Count("uploads", filter=~is_open), arriving=Count("uploads", filter=is_open)
    )


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
