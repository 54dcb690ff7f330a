"""Tiles for zooming on one side, the rows that speak of them on the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.core.files.storage import default_storage
from django.db.models import F

from webapp.catalog.files import delete_tiles, tile_name, tiles_folder
from webapp.catalog.models import Artwork, Tiles
from webapp.catalog.tiles import drop_of
from webapp.operations.checks.findings import Finding, is_old

_ROOT: Final = "tiles"
_CHUNK: Final = 2000


def check_tiles(*, mend: bool) -> Iterator[Finding]:
    """Look for pictures that lost their tiles, and for tiles that nobody may see any more."""
    lost = Finding(
        "pictures without their tiles", "They are cut again when somebody next looks closer."
    )
    done = Tiles.objects.order_by("pk").filter(state=Tiles.State.DONE, key=F("image__key"))
    for pk, key in done.values_list("pk", "key").iterator(_CHUNK):
        if not default_storage.exists(tile_name(key, "full", "max")):
            mended = mend and bool(Tiles.objects.filter(pk=pk, key=key).delete()[0])
            lost.add(tiles_folder(key), mended=mended)
    yield lost
    withdrawn = Finding("tiles of withdrawn works", "They are deleted.")
    hidden = Tiles.objects.filter(image__artwork__state=Artwork.State.WITHDRAWN)
    for artwork_id, key in list(hidden.values_list("image__artwork", "key")):
        withdrawn.add(tiles_folder(key), mended=mend and bool(drop_of([artwork_id])))
    yield withdrawn


def check_folders(*, mend: bool) -> Iterator[Finding]:
    """Look for tiles of pictures that were replaced or deleted."""
    alone = Finding("folders of tiles without a picture", "They are deleted once an hour old.")
    named = Tiles.objects.order_by().filter(key=F("image__key"))
    for key in sorted(_folders().difference(named.values_list("key", flat=True).iterator(_CHUNK))):
        if _is_left(key) and not named.filter(key=key).exists():
            if mend:
                delete_tiles(key)
            alone.add(tiles_folder(key), mended=mend)
    yield alone


def _folders() -> set[str]:
    try:
        return set(default_storage.listdir(_ROOT)[0])
    except FileNotFoundError:
        return set()


def _is_left(key: str) -> bool:
    """Whether nobody has written there for long."""
    files = default_storage.listdir(tiles_folder(key))[1]
    return all(is_old(default_storage, f"{tiles_folder(key)}/{name}") for name in files[:1])
