"""The sizes in which a picture is served, and the blur that stands in for it while it loads."""

from __future__ import annotations

import base64
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from PIL import Image, ImageFilter, ImageOps

VariantFormat = Literal["avif", "webp", "jpeg"]

WIDTHS: Final = (160, 240, 320, 480, 640, 960, 1280, 2048)
"""So close that what a browser picks is at most 1.6 times as wide as what it shows."""
MAX_SIDE: Final = 16_383
"""Pixels that WebP can hold in a row or a column."""
FORMATS: Final[tuple[VariantFormat, ...]] = ("avif", "webp", "jpeg")
"""Best first; every browser shows the last."""
_SAVE: Final[dict[VariantFormat, dict[str, int | bool]]] = {
    # One thread each: an import opens several pictures at once anyway.
    "avif": {"quality": 63, "speed": 8, "max_threads": 1},
    # Method 4 takes more than twice the time for 3 % fewer bytes; AVIF saves far more, and later.
    "webp": {"quality": 80, "method": 2},
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


def served_formats() -> tuple[VariantFormat, ...]:
    """Those of `FORMATS` that can be made here; AVIF needs a Pillow with an encoder for it."""
    return FORMATS if _can_write_avif() else FORMATS[1:]


def served_widths(width: int, height: int, widths: Sequence[int] = WIDTHS) -> list[int]:
    """The widths of `widths` in which a picture of `width` x `height` is served, ascending.

    Never enlarges: widths above the picture's own are replaced by its own, once. What is taller
    than `MAX_SIDE` counts as narrower than it is.
    """
    longest = max(width, height)
    widest = width * min(longest, MAX_SIDE) // longest
    return sorted({min(each, widest) for each in widths})


def make_variants(
    image: Image.Image,
    *,
    widths: Sequence[int] = WIDTHS,
    formats: Collection[VariantFormat] | None = None,
    known: Collection[tuple[int, str]] = (),
) -> Iterator[Variant]:
    """Encode `image` (RGB) in each of `formats` at each width, widest first.

    Widths are as `served_widths` gives them, formats by default as `served_formats` does. Each
    height is the exact ratio rounded to a pixel. Lazy, so that one size is in memory at a time.
    `known` are widths and formats that are there already and left out.
    """
    own_width, own_height = image.size
    wanted = served_formats() if formats is None else formats
    current = image
    if image.info:  # Pillow would write profile and comment from here
        current = image.copy()
        current.info = {}
    for width in reversed(served_widths(own_width, own_height, widths)):
        missing = [kind for kind in wanted if (width, kind) not in known]
        if not missing:
            continue
        height = max(1, round(own_height * width / own_width))
        if (width, height) != current.size:
            # From the size before, not from the original: a quarter of the pixels to read.
            current = current.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        for kind in missing:
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


@cache
def _can_write_avif() -> bool:
    """Try it: some builds of Pillow read AVIF only, some not at all."""
    try:
        _encode(Image.new("RGB", (8, 8)), "avif")
    except (KeyError, OSError, ValueError):
        return False
    return True


def _encode(image: Image.Image, kind: VariantFormat) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **_SAVE[kind])
    return buffer.getvalue()


def _data_uri(image: Image.Image, quality: int) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "webp", quality=quality, method=6)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
