"""The files of an image: its original, its variants, and the tiles for zooming into it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Final

from django.core.files.storage import default_storage, storages

from webapp.catalog.models import ArtworkImage

ORIGINALS: Final = "originals"
"""The storage that nothing is served from."""


def variant_name(key: str, width: int, kind: str) -> str:
    """Return the name of a variant in the default storage."""
    return f"works/{key}/{width}.{kind}"


def tile_name(key: str, region: str, size: str) -> str:
    """Return the name of a tile in the default storage, by the terms of the IIIF Image API."""
    return f"{tiles_folder(key)}/{region}_{size}.jpg"


def tiles_folder(key: str) -> str:
    """Return the folder of all tiles of an image."""
    return f"tiles/{key}"


def delete_files(image: ArtworkImage) -> None:
    """Delete everything stored of an image that no row speaks of any more."""
    delete_variants(image.key, variants(image.widths, image.formats))
    delete_tiles(image.key)
    with contextlib.suppress(OSError):  # a file too many does no harm
        storages[ORIGINALS].delete(image.original)


def delete_variants(key: str, names: Iterable[tuple[int, str]]) -> None:
    """Delete variants, and their folder where storages have folders."""
    for width, kind in names:
        with contextlib.suppress(OSError):
            default_storage.delete(variant_name(key, width, kind))
    with contextlib.suppress(OSError):
        default_storage.delete(f"works/{key}")


def delete_tiles(key: str) -> None:
    """Delete all tiles of an image, however many of them were made."""
    folder = tiles_folder(key)
    try:
        names = default_storage.listdir(folder)[1]
    except OSError:  # most images have none
        return
    for name in [*(f"{folder}/{name}" for name in names), folder]:
        with contextlib.suppress(OSError):
            default_storage.delete(name)


def variants(widths: Iterable[int], formats: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield width and format of every variant there is."""
    kinds = list(formats)
    return ((width, kind) for width in widths for kind in kinds)
