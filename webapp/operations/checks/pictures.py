"""Originals and variants on one side, the rows of pictures on the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from artrec.errors import ImageError
from artrec.images import Limits, make_variants, open_image, served_formats
from artrec.images.variants import FORMATS
from webapp.catalog.files import ORIGINALS, variant_name, variants
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.catalog.variants import outdated
from webapp.ingest.models import Item
from webapp.intake.queries import arriving
from webapp.museums.queries import given_files
from webapp.operations.checks.findings import Finding, discard, is_old, walk

ON_THE_WAY: Final = (
    Item.State.RECEIVED,
    Item.State.STORED,
    Item.State.FAILED,
    Item.State.DELETED,
)
"""Items whose file is still needed; a failed one can be tried again, a deleted one undone."""
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
    known |= arriving() | given_files()
    for name in sorted(found - known):
        if is_old(storage, name) and not _is_original(name):
            orphans.add(name, mended=mend and discard(storage, name))
    yield orphans


def check_variants(*, mend: bool) -> Iterator[Finding]:
    """Compare what is served with the rows, a folder at a time."""
    lost = Finding(
        "works without all their sizes", "They are made again from the original, if it is there."
    )
    strays = Finding(
        "sizes that no work speaks of", "They are deleted once the newest is an hour old."
    )
    rows = ArtworkImage.objects.order_by("pk").defer("placeholder", "palette")
    for image in rows.iterator(_CHUNK):
        expected = {f"{width}.{kind}" for width, kind in variants(image.widths, image.formats)}
        there = _files(image.key)
        if missing := expected - there:
            example = f"artwork {image.artwork_id}: {_ROOT}/{image.key}/{min(missing)}"
            lost.add(example, mended=mend and _make_again(image, missing))
        _discard_old(strays, image.key, there - expected, mend=mend)
    yield lost
    yield strays


def check_folders(*, mend: bool) -> Iterator[Finding]:
    """Look for files of pictures that were replaced or deleted."""
    orphans = Finding(
        "served files without a work", "They are deleted once the newest is an hour old."
    )
    named = ArtworkImage.objects.order_by().values_list("key", flat=True)
    for key in sorted(_folders().difference(named.iterator(_CHUNK))):
        if not ArtworkImage.objects.filter(key=key).exists():  # a row may have come meanwhile
            files = _files(key)
            # An empty folder is one thing too many as well.
            _discard_old(orphans, key, files or {""}, mend=mend)
            if mend and files and not _files(key):
                discard(default_storage, f"{_ROOT}/{key}")
    yield orphans


def check_completeness(*, mend: bool) -> Iterator[Finding]:
    """Tell which pictures were made before today's sizes and formats were; workers see to it."""
    older = Finding(
        "visible works without a size or format of today",
        "Workers make it when nothing else waits. manage.py complete_pictures tells how far.",
        fault=False,
    )
    for pk in outdated().order_by("pk").values_list("pk", flat=True).iterator():
        older.add(f"artwork {pk}")
    yield older
    unable = Finding(
        "formats that cannot be made here",
        "Pillow was built without an encoder for it; a wheel from PyPI has one.",
        fault=False,
    )
    for kind in sorted(set(FORMATS).difference(served_formats())):
        unable.add(kind)
    yield unable


def _discard_old(found: Finding, key: str, names: Collection[str], *, mend: bool) -> None:
    """Count files too many; a worker that writes there just now is let alone."""
    files = [f"{_ROOT}/{key}/{name}".rstrip("/") for name in sorted(names)]
    if all(is_old(default_storage, file) for file in files):
        for file in files:
            found.add(file, mended=mend and discard(default_storage, file))


def _is_original(name: str) -> bool:
    """Ask again right before a file is given up: a row may have come meanwhile."""
    waiting = Item.objects.filter(incoming=name, state__in=ON_THE_WAY)
    shown = ArtworkImage.objects.filter(original=name)
    return shown.exists() or waiting.exists() or name in arriving() | given_files()


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


def _make_again(image: ArtworkImage, missing: Collection[str]) -> bool:
    """Write the missing sizes as `workers.pictures` did; tell whether none is missing now."""
    there = [
        (width, kind)
        for width, kind in variants(image.widths, image.formats)
        if f"{width}.{kind}" not in missing
    ]
    formats = [kind for kind in served_formats() if kind in image.formats]
    made = set()
    try:
        with storages[ORIGINALS].open(image.original) as file:
            limits = replace(Limits(), max_bytes=settings.UPLOAD_MAX_BYTES)
            opened = open_image(file.read(), limits=limits)
        sizes = make_variants(opened.pixels, widths=image.widths, formats=formats, known=there)
        for variant in sizes:
            name = variant_name(image.key, variant.width, variant.format)
            default_storage.save(name, ContentFile(variant.data))
            made.add(f"{variant.width}.{variant.format}")
    except (OSError, ImageError):
        return False
    return made == set(missing)
