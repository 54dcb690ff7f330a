"""The sizes in which a picture is served, and the blur that stands in for it while it loads."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image, ImageFilter, ImageOps

VariantFormat = Literal["webp", "avif", "jpeg"]

WIDTHS: Final = (160, 240, 320, 480, 640, 960, 1280, 2048)
"""So close that what a browser picks is at most 1.6 times as wide as what it shows."""
_WEBP_MAX_SIDE: Final = 16_383
# WebP beside JPEG, not AVIF. Measured on a 1280 x 960 mosaic of paintings, one core: WebP 110 ms,
# 251 kB; AVIF of the same size 83 ms at speed 9 (+0.3 dB, not visible) and about 430 ms on two
# cores at speed 6 (+0.7 dB). Nothing lost, and every browser that shows AVIF shows WebP as well.
# JPEG at the same look took 21 ms and 307 kB.
_SAVE: Final[dict[VariantFormat, dict[str, int | bool]]] = {
    "webp": {"quality": 80, "method": 4},
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
}
_PLACEHOLDER_SIDE: Final = 20
_PLACEHOLDER_BYTES: Final = 400


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoded size, without metadata."""

    width: int
    height: int
    format: VariantFormat
    data: bytes


def make_variants(image: Image.Image, *, widths: Sequence[int] = WIDTHS) -> Iterator[Variant]:
    """Encode `image` (RGB) as WebP and JPEG at each width, widest first.

    Never enlarges: widths above the picture's own are replaced by its own, once. Each height is
    the exact ratio rounded to a pixel. Lazy, so that one size is in memory at a time.
    """
    own_width, own_height = image.size
    current = image
    if image.info:  # Pillow would write profile and comment from here
        current = image.copy()
        current.info = {}
    for width in _served_widths(own_width, own_height, widths):
        height = max(1, round(own_height * width / own_width))
        if (width, height) != current.size:
            # From the size before, not from the original: a quarter of the pixels to read.
            current = current.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        for kind in _SAVE:
            yield Variant(width, height, kind, _encode(current, kind))


def placeholder(image: Image.Image) -> str:
    """A tiny blurred copy of `image` (RGB) as a `data:` URI of at most 400 characters."""
    side = (_PLACEHOLDER_SIDE, _PLACEHOLDER_SIDE)
    tiny = ImageOps.contain(image, side, Image.Resampling.BOX)
    tiny = tiny.filter(ImageFilter.GaussianBlur(1))
    for quality in (60, 30, 10):
        uri = _data_uri(tiny, quality)
        if len(uri) <= _PLACEHOLDER_BYTES:
            return uri
    # Noise in every pixel: four by four colours always fit.
    return _data_uri(tiny.resize((4, 4), Image.Resampling.BOX), 10)


def _served_widths(own_width: int, own_height: int, widths: Sequence[int]) -> list[int]:
    """Widths to make, descending; WebP cannot hold more than 16,383 pixels in a column."""
    longest = max(own_width, own_height)
    widest = own_width * min(longest, _WEBP_MAX_SIDE) // longest
    return sorted({min(width, widest) for width in widths}, reverse=True)


def _encode(image: Image.Image, kind: VariantFormat) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **_SAVE[kind])
    return buffer.getvalue()


def _data_uri(image: Image.Image, quality: int) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "webp", quality=quality, method=6)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
