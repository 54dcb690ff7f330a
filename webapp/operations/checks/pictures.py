"""Originals and variants on one side, the rows of pictures on the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from artrec.errors import ImageError
from artrec.images import Limits, make_variants, open_image
from webapp.catalog.files import ORIGINALS, variant_name, variants
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.models import Item
from webapp.operations.checks.findings import Finding, discard, is_old, walk

ON_THE_WAY: Final = (Item.State.RECEIVED, Item.State.STORED, Item.State.FAILED)
"""Items whose file is still needed; a failed one can be tried again."""
_ROOT: Final = "works"
_CHUNK: Final = 2000


def check_rows(*, mend: bool) -> Iterator[Finding]:
    """Look for works that are shown and have no picture."""
    bare = Finding(
        "visible works without a picture", "Give them one by importing them again, or delete them."
    )
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, image=None)
    for pk in shown.values_list("pk", flat=True).iterator():
        bare.add(f"artwork {pk}")
    yield bare


def check_originals(*, mend: bool) -> Iterator[Finding]:
    """Compare the private storage with the rows. Files first: rows come after their files."""
    storage = storages[ORIGINALS]
    found = set(walk(storage))
    images = ArtworkImage.objects.order_by().values_list("original", "artwork_id")
    named = dict(images.iterator(_CHUNK))
    lost = Finding(
        "works without their original",
        "Restore the file from a backup, or import the picture again.",
    )
    for name in named.keys() - found:
        if not storage.exists(name):
            lost.add(f"artwork {named[name]}: {name}")
    yield lost
    orphans = Finding("originals without a work", "They are deleted once they are an hour old.")
    waiting = Item.objects.filter(state__in=ON_THE_WAY).order_by()
    known = named.keys() | set(waiting.values_list("incoming", flat=True).iterator(_CHUNK))
    for name in sorted(found - known):
        if is_old(storage, name) and not _is_original(name):
            orphans.add(name, mended=mend and discard(storage, name))
    yield orphans


def check_variants(*, mend: bool) -> Iterator[Finding]:
    """Compare what is served with the rows, a folder at a time."""
    lost = Finding(
        "works without all their sizes", "They are made again from the original, if it is there."
    )
    orphans = Finding("served files without a work", "They are deleted once they are an hour old.")
    folders = _folders()
    rows = ArtworkImage.objects.order_by("pk").values_list(
        "artwork_id", "key", "original", "widths", "formats"
    )
    for artwork_id, key, original, widths, formats in rows.iterator(_CHUNK):
        folders.discard(key)
        expected = {f"{width}.{kind}" for width, kind in variants(widths, formats)}
        there = _files(key)
        if missing := expected - there:
            example = f"artwork {artwork_id}: {_ROOT}/{key}/{min(missing)}"
            lost.add(example, mended=mend and _make_again(original, key, missing))
        for name in there - expected:
            _orphan(orphans, key, name, mend=mend)
    for key in sorted(folders):
        if not ArtworkImage.objects.filter(key=key).exists():
            alone = _files(key)
            for name in alone or {""}:  # an empty folder is one thing too many as well
                _orphan(orphans, key, name, mend=mend)
            if mend and alone and not _files(key):
                discard(default_storage, f"{_ROOT}/{key}")
    yield lost
    yield orphans


def _orphan(orphans: Finding, key: str, name: str, *, mend: bool) -> None:
    file = f"{_ROOT}/{key}/{name}".rstrip("/")
    if is_old(default_storage, file):
        orphans.add(file, mended=mend and discard(default_storage, file))


def _is_original(name: str) -> bool:
    """Ask again right before a file is given up: a row may have come meanwhile."""
    waiting = Item.objects.filter(incoming=name, state__in=ON_THE_WAY)
    return ArtworkImage.objects.filter(original=name).exists() or waiting.exists()


def _folders() -> set[str]:
    try:
        return set(default_storage.listdir(_ROOT)[0])
    except FileNotFoundError:
        return set()


def _files(key: str) -> set[str]:
    try:
        return set(default_storage.listdir(f"{_ROOT}/{key}")[1])
    except OSError:
        return set()


def _make_again(original: str, key: str, missing: Collection[str]) -> bool:
    """Write the missing sizes as `workers.pictures` did; tell whether none is missing now."""
    made = set()
    try:
        with storages[ORIGINALS].open(original) as file:
            limits = replace(Limits(), max_bytes=settings.UPLOAD_MAX_BYTES)
            opened = open_image(file.read(), limits=limits)
        for variant in make_variants(opened.pixels):
            name = f"{variant.width}.{variant.format}"
            if name in missing:
                stored = variant_name(key, variant.width, variant.format)
                default_storage.save(stored, ContentFile(variant.data))
                made.add(name)
    except (OSError, ImageError):
        return False
    return made == set(missing)
