"""Two works become one, and two again.

The record of a merge says all that `divide` needs: {"moved": rows that went over, by relation;
"items": files that brought in the work that went; "before": columns of the work that stays, as
they were; "after": as they became; "images": whether the two pictures were exchanged; "pictures":
the keys of both afterwards, of the work that stays first}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models.functions import Coalesce, Now

from webapp.catalog.actions import show_again, wait_for_vector, withdraw
from webapp.catalog.models import Artist, Artwork, ArtworkImage
from webapp.duplicates.facts import values_of
from webapp.duplicates.moving import move, move_back
from webapp.ingest.changes import BROUGHT_IN
from webapp.ingest.models import Item
from webapp.jobs import Job, enqueue
from webapp.vectors.models import Feature, Vector

Record = dict[str, Any]


def unite(*, stays: Artwork, gone: Artwork, facts: Mapping[str, Artwork], images: bool) -> Record:
    """Make one work of two, within the caller's transaction; return the record.

    Args:
        stays: Keeps its address.
        gone: Is withdrawn.
        facts: By name, see `webapp.duplicates.facts.FACTS`, the work it is taken from.
        images: Whether the one that stays gets the picture of the other.
    """
    record: Record = {"moved": move(gone, stays), "images": images}
    record["items"] = _end_stories(record["moved"]["ingest.Item.artwork"], stays)
    after = values_of(facts)
    if stays.source_key is None and gone.source_key is not None:
        after["source_key"] = gone.source_key
        Artwork.objects.filter(pk=gone.pk).update(source_key=None)
    before = {column: getattr(stays, column) for column in after}
    changed = {column for column in after if before[column] != after[column]}
    record["before"] = {column: _plain(before[column]) for column in changed}
    record["after"] = {column: _plain(after[column]) for column in changed}
    withdraw([gone.pk])
    for column in changed:
        setattr(stays, column, after[column])
    stays.save(update_fields=sorted(changed))
    if images:
        _exchange_images(stays, gone)
        record["pictures"] = _pictures(stays, gone)
    return record


def divide(record: Record, *, stays: Artwork, gone: Artwork) -> list[str]:
    """Undo `unite`; return what was changed since then, or has no artist any more, and is left."""
    # A picture that somebody has given one of them since is theirs, and none goes over.
    same = record.get("pictures") in (None, _pictures(stays, gone))
    if record["images"] and same:
        _exchange_images(stays, gone)
    now = {column: _plain(getattr(stays, column)) for column in record["after"]}
    left = {column for column, value in record["after"].items() if now[column] != value}
    left |= set() if same else {"picture"}
    artist = record["before"].get("artist_id")
    if artist and not Artist.objects.filter(pk=artist).exists():
        left.add("artist_id")
    columns = [column for column in record["before"] if column not in left]
    fields: Any = {field.attname: field for field in Artwork._meta.concrete_fields}
    for column in columns:
        setattr(stays, column, fields[column].to_python(record["before"][column]))
    stays.save(update_fields=columns)
    if "source_key" in columns:
        key = record["after"]["source_key"]
        Artwork.objects.filter(pk=gone.pk, source_key=None).update(source_key=key)
    move_back(record["moved"], stays=stays, gone=gone)
    ended = Item.objects.filter(pk__in=record["items"], state=Item.State.DUPLICATE)
    ended.update(state=Item.State.STORED, reason="", finished=None)
    show_again([gone.pk])
    return sorted(column.removesuffix("_id") for column in left)


def _end_stories(items: list[int], stays: Artwork) -> list[int]:
    """Of files that went over, let those that brought in the other work tell of a duplicate: what
    is done to their batch as a whole is not meant for the work that stays. Return which."""
    brought = Item.objects.filter(pk__in=items, state__in=BROUGHT_IN)
    ids = list(brought.order_by("pk").values_list("pk", flat=True))
    brought.update(
        state=Item.State.DUPLICATE,
        reason=f"Its work was merged into “{stays.title}”.",
        finished=Coalesce("finished", Now()),
        claimed_until=None,
    )
    return ids


def _pictures(stays: Artwork, gone: Artwork) -> list[str]:
    images = ArtworkImage.objects.filter(artwork__in=[stays, gone])
    keys = dict(images.values_list("artwork", "key"))
    return [keys.get(work.pk, "") for work in (stays, gone)]


def _exchange_images(stays: Artwork, gone: Artwork) -> None:
    """Exchange the pictures of two works; the one that stays is embedded again.

    The rows are written anew, for one after the other cannot change places under a unique
    constraint; what hangs on them is checked only when the transaction ends.
    """
    rows = ArtworkImage.objects.select_for_update().filter(artwork__in=[stays, gone])
    images = list(rows)
    ArtworkImage.objects.filter(artwork__in=[stays, gone])._raw_delete(connection.alias)
    for image in images:
        image.artwork = gone if image.artwork_id == stays.pk else stays
    ArtworkImage.objects.bulk_create(images)
    # What was seen in a picture goes with it; the vectors also know the work, and are made anew.
    Vector.objects.filter(artwork__in=[stays, gone]).delete()
    Feature.objects.filter(artwork=stays).delete()
    Feature.objects.filter(artwork=gone).update(artwork=stays)
    wait_for_vector(Artwork.objects.filter(pk=stays.pk).exclude(state=Artwork.State.WITHDRAWN))
    enqueue(Job.EMBED_ARTWORKS)


def _plain(value: object) -> Any:
    if value is None or isinstance(value, str | int | bool):
        return value
    return DjangoJSONEncoder().default(value)
