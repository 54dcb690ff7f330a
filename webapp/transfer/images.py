"""The picture of a work: which file an export gives, and what an import makes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage, storages

from artrec.images import Limits, make_variants, open_image
from webapp.catalog.files import ORIGINALS, variant_name
from webapp.catalog.models import ArtworkImage

NO_PICTURES: Final = "none"
ORIGINAL: Final = "originals"


@contextlib.contextmanager
def picture(image: ArtworkImage, wanted: str) -> Iterator[tuple[IO[bytes], str]]:
    """Open the original of an image, or its narrowest JPEG of `wanted` pixels or more, with the
    ending of its name.

    Raises:
        OSError: If it is not in its storage.
    """
    if wanted == ORIGINAL:
        ending = PurePosixPath(image.original).suffix.lower() or f".{image.format.lower()}"
        with storages[ORIGINALS].open(image.original) as stream:
            yield stream, ending
        return
    fitting = [width for width in image.widths if width >= int(wanted)] or image.widths[-1:]
    kind = image.formats[-1]
    with default_storage.open(variant_name(image.key, fitting[0], kind)) as stream:
        yield stream, f".{kind}"


def keep_original(stream: IO[bytes], name: str) -> str:
    """Store an original; return its name, which is another one where that is taken."""
    return storages[ORIGINALS].save(name, File(stream))


def keep_variants(key: str, data: bytes) -> dict[str, Any]:
    """Make the variants of a picture; return what its row says of picture and variants.

    Raises:
        ImageError: If the picture is refused.
    """
    opened = open_image(data, limits=replace(Limits(), max_bytes=settings.UPLOAD_MAX_BYTES))
    widths: set[int] = set()
    formats: dict[str, None] = {}  # in the order in which they come, best first
    for variant in make_variants(opened.pixels):
        name = variant_name(key, variant.width, variant.format)
        default_storage.delete(name)  # a storage would choose another name
        default_storage.save(name, ContentFile(variant.data))
        widths.add(variant.width)
        formats[variant.format] = None
    return {
        "format": opened.format,
        "width": opened.width,
        "height": opened.height,
        "size": opened.size,
        "sha256": opened.sha256,
        "widths": sorted(widths),
        "formats": list(formats),
    }
