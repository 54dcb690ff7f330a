"""Tiles for zooming on one side, the rows that speak of them on the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.core.files.storage import default_storage

from webapp.catalog.files import delete_tiles, tile_name, tiles_folder
from webapp.catalog.models import Tiles
from webapp.operations.checks.findings import Finding, is_old

_ROOT: Final = "tiles"
_CHUNK: Final = 2000


def check_tiles(*, mend: bool) -> Iterator[Finding]:
    """Look for tiles that nobody can ask for, and for pictures that lost theirs."""
    lost = Finding(
        "pictures without their tiles", "They are cut again when somebody next looks closer."
    )
    alone = Finding("folders of tiles without a picture", "They are deleted once an hour old.")
    folders = _folders()
    rows = Tiles.objects.order_by("pk").values_list("pk", "key", "image__key", "state")
    for pk, key, current, state in rows.iterator(_CHUNK):
        if key != current:
            continue  # of a picture that was replaced; its folder is told below
        folders.discard(key)
        if state == Tiles.State.DONE and not default_storage.exists(tile_name(key, "full", "max")):
            mended = mend and bool(Tiles.objects.filter(pk=pk, key=key).delete()[0])
            lost.add(tiles_folder(key), mended=mended)
    for key in sorted(folders):
        if _is_left(key) and not Tiles.objects.filter(key=key, image__key=key).exists():
            if mend:
                delete_tiles(key)
            alone.add(tiles_folder(key), mended=mend)
    yield lost
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
