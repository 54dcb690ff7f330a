"""Makers of rows for tests: plain functions with plain literals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
from django.utils import timezone

from webapp.catalog.models import Artist, Artwork, ArtworkImage
from webapp.vectors.models import Space, Vector

_numbers = count(1)


def make_artist(name: str = "Studio Halde") -> Artist:
    slug = name.lower().replace(" ", "-")
    return Artist.objects.get_or_create(name=name, defaults={"slug": slug})[0]


def make_artwork(
    title: str = "Ridge, evening",
    *,
    artist: str = "Studio Halde",
    availability: str = Artwork.Availability.AVAILABLE,
    state: str = Artwork.State.VISIBLE,
    width: int = 640,
    height: int = 480,
    style: str = "Ridges",
    pk: int | None = None,
) -> Artwork:
    """Make a work with an image row (no files)."""
    number = next(_numbers)
    artwork = Artwork.objects.create(
        pk=pk,
        title=title,
        artist=make_artist(artist),
        availability=availability,
        state=state,
        style=style,
        medium="oil on canvas",
        added=timezone.now(),
    )
    ArtworkImage.objects.create(
        artwork=artwork,
        original=f"{number}.jpg",
        key=f"key{number}",
        format="JPEG",
        width=width,
        height=height,
        size=1000,
        sha256=f"{number:064x}",
        perceptual_hash=f"{number:016x}",
        placeholder="data:image/webp;base64,UklGRg==",
        palette=[{"hex": "#8a7f70", "lab": [54.0, 1.0, 9.0], "share": 1.0}],
        colours=["brown"],
        widths=[320, width],
        formats=["webp", "jpeg"],
    )
    return artwork


def make_space(dim: int = 4, *, state: str = Space.State.LIVE) -> Space:
    return Space.objects.create(
        purpose="look",
        extractor="test",
        dim=dim,
        scored=dim,
        transform=b"",
        fitted_on=0,
        state=state,
    )


def place(space: Space, artwork: Artwork, values: Sequence[float]) -> None:
    """Give an artwork a unit vector in a space."""
    vector = np.asarray(values, dtype=np.float32)
    Vector.objects.create(
        space=space, artwork=artwork, values=(vector / np.linalg.norm(vector)).tolist()
    )
