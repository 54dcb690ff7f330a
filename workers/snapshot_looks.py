"""How the works of a snapshot look: stored features, or small pictures for models that see."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from django.core.files.storage import default_storage
from django.db import connection
from numpy.typing import NDArray

from artrec.data.pixels import open_pixels, write_pixels
from artrec.errors import DataError
from artrec.serving.transform import Transform
from webapp.catalog.files import variant_name
from webapp.catalog.models import ArtworkImage
from webapp.vectors.encoding import from_binary
from webapp.vectors.models import Space
from workers import resources, spaces

_AT_ONCE: Final = 2000
PIXELS: Final = 64
"""Side of the pictures a model sees, unless its settings say otherwise."""


@dataclass(frozen=True, eq=False)
class Looks:
    """Stored features by artwork."""

    known: dict[int, NDArray[np.float16]]
    families: tuple[tuple[str, int, int], ...] = ()
    space: int | None = None
    """The look space whose families these are."""

    def rows(self, artworks: Sequence[int]) -> NDArray[np.float16]:
        """(N, D); D = 0 for a model that looks at none."""
        if not self.families:
            return np.zeros((len(artworks), 0), dtype=np.float16)
        return np.stack([self.known[pk] for pk in artworks])


def features(extractor: str, artworks: Sequence[int]) -> Looks:
    """Features of the works that have them; none for an extractor "".

    Raises:
        DataError: If not one of the works has any.
        FeatureError: If the extractor is not known any more.
    """
    if not extractor:
        return Looks({})
    known: dict[int, NDArray[np.float16]] = {}
    for start in range(0, len(artworks), _AT_ONCE):
        known |= _stored(extractor, list(artworks[start : start + _AT_ONCE]))
    if not known:
        raise DataError(
            f"None of the {len(artworks)} visible works has features of {extractor}; wait until "
            f"they are computed, or choose another feature space."
        )
    newest = Space.objects.filter(purpose=spaces.LOOK, extractor=extractor).order_by("-pk").first()
    if newest is None:
        return Looks(known, resources.extractor(extractor).families)
    families = Transform.from_bytes(bytes(newest.transform)).families
    return Looks(known, tuple((name, start, stop) for name, start, stop in families), newest.pk)


def _stored(extractor: str, artworks: list[int]) -> dict[int, NDArray[np.float16]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT artwork_id, vector_dims(values), halfvec_send(values) FROM vectors_feature"
            " WHERE extractor = %s AND artwork_id = ANY(%s::bigint[])",
            [extractor, artworks],
        )
        found = cursor.fetchall()
    if not found:
        return {}
    rows = from_binary((values for _, _, values in found), found[0][1]).astype(np.float16)
    return {pk: row for (pk, _, _), row in zip(found, rows, strict=True)}


def pixels(
    folder: Path, artworks: Sequence[int], pictures: Sequence[str], *, size: int
) -> NDArray[np.uint8]:
    """(N, size, size, 3) of works with the picture keys given, decoded once and kept in `folder`.

    Raises:
        DataError: If a picture is missing or cannot be opened; every row needs one.
    """
    ids = tuple(f"{pk} {key}" for pk, key in zip(artworks, pictures, strict=True))
    try:
        kept = open_pixels(folder)
    except DataError:
        kept = None
    if kept is not None and kept.ids == ids and kept.pixels.shape[1] == size:
        return kept.pixels
    with tempfile.TemporaryDirectory() as copies:
        paths = _files(pictures, size, Path(copies))
        written = write_pixels(folder, list(zip(ids, paths, strict=True)), size=size)
    if written.refused:
        first, reason = next(iter(written.refused.items()))
        raise DataError(
            f"{len(written.refused)} pictures cannot be opened, the first is of artwork "
            f"{first.split()[0]}: {reason} Replace them, or withdraw these works."
        )
    return open_pixels(folder).pixels


def _files(pictures: Sequence[str], size: int, copies: Path) -> list[Path]:
    """A file with the smallest variant of each picture that is large enough."""
    images = ArtworkImage.objects.in_bulk(list(pictures), field_name="key")
    paths = []
    for key in pictures:
        image = images.get(key)
        if image is None:
            raise DataError(
                "A work was deleted or given another picture while the run had begun; cancel it "
                "and clone it."
            )
        shorter = min(1.0, image.height / image.width)
        enough = [width for width in image.widths if width * shorter >= size]
        width = enough[0] if enough else image.widths[-1]
        paths.append(_path(variant_name(key, width, image.formats[-1]), copies))
    return paths


def _path(name: str, copies: Path) -> Path:
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:  # a storage without paths
        copy = copies / name.replace("/", "-")
        with default_storage.open(name) as file:
            copy.write_bytes(file.read())
        return copy
