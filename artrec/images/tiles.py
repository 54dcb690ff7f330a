"""Deep zoom: a picture as the tiles of a IIIF Image API 3.0 service of level 0.

Level 0 is a service of files alone: whatever can be asked for was made beforehand, under the name
the specification calls canonical, so that no picture is ever computed for a request. See
https://iiif.io/api/image/3.0/ (sections 4.7 and 5) and its implementation notes on tiles.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

TILE: Final = 512
"""Pixels of a tile's side: a picture of 100 million pixels has some 500 tiles."""
WHOLE: Final = 1024
"""Levels of the pyramid up to this longer side are also kept in one piece, for other viewers."""
PREVIEW: Final = 2048
"""Longest side of the picture in one piece; more than that is served as tiles alone."""
_QUALITY: Final = 84


@dataclass(frozen=True, slots=True)
class Level:
    """The whole picture, smaller by a power of two."""

    scale: int
    """Pixels of the picture for one of the level, on each side."""
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the service."""

    region: str
    """"full", or "x,y,width,height" in pixels of the whole picture."""
    size: str
    """"width,height" of the file in pixels, or "max"."""
    data: bytes
    """JPEG without metadata."""


def levels(width: int, height: int) -> list[Level]:
    """The pyramid of a picture of `width` x `height` pixels, from full size to a single tile.

    Sides are rounded up, as viewers do.
    """
    found = [Level(1, width, height)]
    while max(found[-1].width, found[-1].height) > TILE:
        scale = 2 * found[-1].scale
        found.append(Level(scale, -(-width // scale), -(-height // scale)))
    return found


def info(width: int, height: int, *, address: str) -> dict[str, Any]:
    """The info.json of a picture whose service has this absolute `address` (without slash)."""
    pyramid = levels(width, height)
    sizes = {(level.width, level.height) for level in pyramid if _is_kept_whole(level)}
    sizes.add(_preview(width, height))
    return {
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": address,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level0",
        "width": width,
        "height": height,
        "maxWidth": PREVIEW,
        "maxHeight": PREVIEW,
        "sizes": [{"width": wide, "height": high} for wide, high in sorted(sizes)],
        "tiles": [
            {"width": TILE, "height": TILE, "scaleFactors": [level.scale for level in pyramid]}
        ],
    }


def make_tiles(image: Image.Image) -> Iterator[Tile]:
    """Cut `image` (RGB) into every file that `info` promises, in order of falling detail.

    Lazy. Each level is halved from the one before by its means of four pixels, so that the whole
    costs a third more than its first level, in memory and in time.
    """
    width, height = image.size
    current = image
    preview = _preview(width, height)
    for level in levels(width, height):
        if level.scale > 1:
            current = current.reduce(2)
        yield from _cut(current, level, width, height)
        if _is_kept_whole(level) and max(current.size) > TILE:
            yield Tile("full", _words(current.size), _encode(current))
        if level.width < 2 * preview[0] and preview[0] <= level.width:
            whole = _encode(_resized(current, preview))
            yield Tile("full", "max", whole)
            if not (_is_kept_whole(level) and preview == current.size):
                yield Tile("full", _words(preview), whole)


def _cut(image: Image.Image, level: Level, width: int, height: int) -> Iterator[Tile]:
    """The tiles of one level of a picture of `width` x `height`."""
    step = TILE * level.scale
    for y in range(0, height, step):
        for x in range(0, width, step):
            left, top = x // level.scale, y // level.scale
            right, bottom = min(left + TILE, level.width), min(top + TILE, level.height)
            wide, high = min(step, width - x), min(step, height - y)
            region = "full" if (wide, high) == (width, height) else f"{x},{y},{wide},{high}"
            piece = image.crop((left, top, right, bottom))
            yield Tile(region, _words(piece.size), _encode(piece))


def _preview(width: int, height: int) -> tuple[int, int]:
    """The size of the picture in one piece, as large as `maxWidth` and `maxHeight` allow."""
    longer = max(width, height)
    if longer <= PREVIEW:
        return width, height
    return max(1, round(width * PREVIEW / longer)), max(1, round(height * PREVIEW / longer))


def _is_kept_whole(level: Level) -> bool:
    return max(level.width, level.height) <= WHOLE


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _words(size: tuple[int, int]) -> str:
    return f"{size[0]},{size[1]}"


def _encode(image: Image.Image) -> bytes:
    if image.info:  # Pillow would write profile and comment from here
        image = image.copy()
        image.info = {}
    buffer = io.BytesIO()
    image.save(buffer, "jpeg", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
