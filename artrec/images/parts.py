"""Pictures to search by: a part of one, and a copy small enough to be handed on."""

from __future__ import annotations

import io
from typing import Final, Literal

from PIL import Image

from artrec.errors import TooSmallError

Box = tuple[float, float, float, float]
"""Left, top, width, height, each as a share of the picture's own width or height."""

_LEAST_SIDE: Final = 16
_SAVE: Final[dict[Literal["jpeg", "webp"], dict[str, int]]] = {
    "jpeg": {"quality": 95, "subsampling": 0},
    "webp": {"quality": 80, "method": 4},
}


def part(image: Image.Image, box: Box) -> Image.Image:
    """The part of `image` (RGB, upright) that `box` names; what lies outside is left out.

    Raises:
        TooSmallError: If a side of it has fewer than 16 pixels.
    """
    left, top, width, height = box
    edges = (
        max(0, round(left * image.width)),
        max(0, round(top * image.height)),
        min(image.width, round((left + width) * image.width)),
        min(image.height, round((top + height) * image.height)),
    )
    sides = (edges[2] - edges[0], edges[3] - edges[1])
    if min(sides) < _LEAST_SIDE:
        raise TooSmallError(
            f"The part is only {max(0, sides[0])} x {max(0, sides[1])} pixels; each side needs at "
            f"least {_LEAST_SIDE}. Choose a larger part."
        )
    return image.crop(edges)


def small_copy(
    image: Image.Image, *, longest: int, kind: Literal["jpeg", "webp"] = "jpeg"
) -> bytes:
    """A copy of `image` (RGB) whose sides have at most `longest` pixels, without metadata.

    As JPEG it keeps what features are made of (quality 95, full colour), as WebP it is to look at.
    """
    if max(image.size) > longest:
        scale = longest / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    buffer = io.BytesIO()
    bare = image.copy()
    bare.info = {}
    bare.save(buffer, kind, **_SAVE[kind])
    return buffer.getvalue()
