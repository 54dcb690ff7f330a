"""From a received file to what is stored of it: variants, hashes, colours. No database here."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.crypto import salted_hmac

from artrec.images import Limits, make_variants, open_image, palette, placeholder
from artrec.images.hashes import perceptual_hash
from webapp.catalog.actions import CheckedImage
from webapp.catalog.files import variant_name
from workers import resources

AT_ONCE: Final = ("webp", "jpeg")
"""What is made before a work is shown. AVIF would take nearly as long again, so it is made when
nothing else waits: see `workers.tasks.variants` and docs/pictures.md."""


def check(incoming: str) -> CheckedImage:
    """Open a received file, write its variants, and return all that is known of it.

    Uses the storages but not the database, so it may run in any thread.

    Raises:
        ImageError: If the picture is refused; nothing was written, the message is for the admin.
        OSError: If a storage cannot be used.
    """
    limits = replace(Limits(), max_bytes=settings.UPLOAD_MAX_BYTES)
    opened = open_image(resources.original(incoming), limits=limits)
    key = variants_key(incoming)
    swatches = [asdict(swatch) for swatch in palette(opened.pixels)]
    hashed, blur = perceptual_hash(opened.pixels), placeholder(opened.pixels)
    widths: set[int] = set()
    formats: dict[str, None] = {}  # in the order in which they come, best first
    for variant in make_variants(opened.pixels, formats=AT_ONCE):
        write(variant_name(key, variant.width, variant.format), variant.data)
        widths.add(variant.width)
        formats[variant.format] = None
    return CheckedImage(
        original=incoming,
        key=key,
        format=opened.format,
        width=opened.width,
        height=opened.height,
        size=opened.size,
        sha256=opened.sha256,
        perceptual_hash=hashed,
        placeholder=blur,
        palette=swatches,
        widths=sorted(widths),
        formats=list(formats),
    )


def variants_key(incoming: str) -> str:
    """Return the unguessable folder for the variants of a received file.

    It is the same at every attempt, so what a killed worker left behind is written over.
    """
    return salted_hmac("workers.variants", incoming, algorithm="sha256").hexdigest()[:32]


def write(name: str, data: bytes) -> None:
    """Store a file that is served, also over one that a killed worker left behind."""
    # A storage never writes over a file; it would choose another name.
    default_storage.delete(name)
    default_storage.save(name, ContentFile(data))
