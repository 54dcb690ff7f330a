"""Write side of the studio: ask for maps, cancel them, name neighbourhoods."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog import facets
from webapp.catalog.models import Artwork
from webapp.ingest.models import Item
from webapp.jobs import Job, enqueue
from webapp.studio import queries, sheets
from webapp.studio.models import Map, Naming, Neighbourhood, Place
from webapp.vectors.models import Space, Vector
from webapp.vectors.queries import live_space

FEWEST: Final = 30
"""Works below which no map is drawn by itself: it would say nothing that a wall does not."""
GROWN: Final = 1.2
"""How many works there are for each one of the map when it is drawn anew."""
KEPT: Final = 3
"""Ready maps of a purpose that stay."""
FILES: Final = "models"
"""The storage of what places new works."""
PURPOSES: Final = ("look", "taste")
"""Whose live spaces are mapped without anybody asking."""
LONGEST: Final = 120
_ASKING: Final = 0x6172_7420
"""Advisory lock of PostgreSQL under which maps are numbered."""
_MINDED: Final = "studio.minded"


class StudioError(Exception):
    """Something cannot be done with a map or a neighbourhood; a sentence says why."""


@transaction.atomic
def ask(space: Space, *, by: User | None = None, why: str = "") -> Map:
    """Let a worker draw a map of `space`; return the one that waits already, if one does.

    Raises:
        StudioError: If the space is being built or deleted, so that there is nothing to draw.
    """
    if space.state in (Space.State.BUILDING, Space.State.DROPPED):
        raise StudioError(f"{space} is {space.get_state_display()}; there is nothing to draw.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ASKING])
    waiting = Map.objects.filter(space=space, state__in=Map.OPEN).first()
    if waiting is not None:
        return waiting
    last = Map.objects.filter(purpose=space.purpose).aggregate(last=Max("number"))["last"]
    made = Map.objects.create(
        space=space,
        purpose=space.purpose,
        label=space.name or space.purpose.capitalize(),
        number=(last or 0) + 1,
        by=by,
        why=why,
    )
    enqueue(Job.DRAW_MAP)
    return made


@transaction.atomic
def cancel(found: Map) -> None:
    """End the drawing of a map: at once where none works on it, else within seconds.

    Raises:
        StudioError: If it has ended already.
    """
    held = Map.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if held.state == Map.State.QUEUED:
        held.state, held.finished = Map.State.CANCELLED, timezone.now()
        held.save(update_fields=["state", "finished"])
    elif held.state == Map.State.RUNNING:
        held.cancel_requested = True
        held.save(update_fields=["cancel_requested"])
        enqueue(Job.DRAW_MAP)  # its worker may be dead
    else:
        raise StudioError(f"{held} is not being drawn any more: it is {held.get_state_display()}.")


@transaction.atomic
def rename(node: Neighbourhood, name: str, *, by: User) -> None:
    """Call a neighbourhood `name`; an empty one goes back to what was proposed.

    Raises:
        StudioError: If the name is too long.
    """
    name = " ".join(name.replace("\0", "").split())
    if len(name) > LONGEST:
        raise StudioError(f"A name has at most {LONGEST} characters; this one has {len(name)}.")
    held = Neighbourhood.objects.select_for_update(of=("self",)).get(pk=node.pk)
    before, now = held.name, timezone.now()
    held.name = name or held.proposed
    held.named, held.named_by = (now, by) if name else (None, None)
    held.save(update_fields=["name", "named", "named_by"])
    if held.name != before:
        Naming.objects.create(neighbourhood=held, before=before, after=held.name, by=by, time=now)
    Map.objects.filter(pk=held.map_id).update(revision=F("revision") + 1)


def drop_old(purpose: str) -> int:
    """Delete the maps of a purpose but for the newest `KEPT` that are ready, the one of the space
    that serves, and whatever is newer than they are. Returns how many."""
    shown = queries.live_map(purpose)
    ready = Map.objects.filter(purpose=purpose, state=Map.State.READY).order_by("-pk")
    kept = list(ready.values_list("pk", flat=True)[:KEPT])
    if not kept:
        return 0
    ended = Map.objects.filter(purpose=purpose, pk__lt=kept[0]).exclude(state__in=Map.OPEN)
    old = ended.exclude(pk__in=[*kept, *([shown.pk] if shown else [])])
    for found in old:
        sheets.forget(found)
        if found.file:
            storages[FILES].delete(found.file)
        found.delete()
    return len(old)


def mind() -> None:
    """Ask for what the maps lack, without anybody asking; six small queries when nothing changed.

    A live space without a map gets one, a map that the collection has outgrown is drawn anew, one
    that failed is tried again, and works that joined are placed. Not while works are coming in: the
    next round is soon enough.
    """
    serving = [live_space(purpose) for purpose in PURPOSES]
    shown = [queries.live_map(purpose) for purpose in PURPOSES]
    failed = Map.objects.filter(state=Map.State.FAILED).count()
    state = (facets.version(), failed, *(each.pk if each else 0 for each in (*serving, *shown)))
    if cache.get(_MINDED) == state:
        return
    if Artwork.objects.filter(state=Artwork.State.CHECKED, attempts__lt=3).exists():
        return
    if Item.objects.filter(state=Item.State.RECEIVED, attempts__lt=3).exists():
        return
    later = [
        _mind(space, map_shown)
        for space, map_shown in zip(serving, shown, strict=True)
        if space is not None
    ]
    if not any(later):
        cache.set(_MINDED, state, None)


def _mind(space: Space, shown: Map | None) -> bool:
    """Ask for what the maps of a space lack; return whether time alone brings more to do."""
    if shown and queries.unplaced(shown).exists():
        enqueue(Job.PLACE_WORKS)
    versions = list(Map.objects.filter(space=space).order_by("-pk")[: queries.TRIES])
    newest = versions[0] if versions else None
    again = queries.tried_again(versions)
    if again is not None:
        if again <= timezone.now():
            ask(space, why=f"Tried again: {versions[0]} failed.")
        return True
    works = Vector.objects.filter(space=space, artwork__entry__visible=True).count()
    if newest is None:
        if works >= FEWEST:
            ask(space, why=f"{space} went live.")
        return False
    if newest.state == Map.State.READY and works >= GROWN * newest.count:
        ask(space, why=f"The collection grew from {newest.count} to {works} works.")
    elif newest.state == Map.State.READY and works >= max(GROWN * (left := _left(newest)), FEWEST):
        ask(space, why=f"Of {works} works only {left} were there when it was drawn.")
    return False


def _left(found: Map) -> int:
    """How many of the works that a map was drawn from can still be seen."""
    drawn = Place.objects.filter(map=found, number__lt=found.count)
    return drawn.filter(artwork__entry__visible=True).count()
