"""Open a picture from anyone: checked before it is decoded, refused with a reason.

The one door through which pictures enter. Behind it every picture is 8-bit sRGB, upright and
fully decoded, so nothing else has to think about files again. Safe to call from many threads;
Pillow's global settings are left alone.
"""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image
from PIL.ExifTags import Base
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from artrec.errors import (
    AbsurdShapeError,
    DamagedImageError,
    EmptyFileError,
    FileTooLargeError,
    TooManyPixelsError,
    TooSmallError,
    UnsupportedFormatError,
)
from artrec.images.colour import to_srgb
from artrec.images.formats import ACCEPTED, PARSERS, describe, sniff

_HEAD_BYTES: Final = 512

# What Pillow 12 and 13 raise on hostile bytes: OSError (truncated, codec error), SyntaxError (bad
# header), ValueError and zlib.error (chunks), struct.error, EOFError, and from unguarded parsing
# code the others. MemoryError is not here: running out of memory says nothing about the file.
_PILLOW_ERRORS: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
)

_QUIET: Final = threading.Lock()

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to the transposition that undoes it; 5 to 8 swap the sides."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before anything is decoded."""

    max_bytes: int = 100_000_000
    """Size of the file. The bytes are held in memory while the picture is opened."""
    max_pixels: int = 150_000_000
    """Width times height. Decoding needs about 4 bytes a pixel, twice while colours are converted.
    Above about 178 million Pillow's own limit speaks first for some formats."""
    min_side: int = 16
    """Shorter side in pixels. Less holds nothing to look at or to compare."""
    max_ratio: float = 20.0
    """Longer side over shorter side. Handscrolls are allowed, one-pixel lines are not."""


@dataclass(frozen=True, slots=True)
class OpenedImage:
    """A picture that passed every check."""

    pixels: Image.Image
    """Mode RGB, sRGB, upright, loaded, without metadata; smaller than `width` x `height` when
    opened with `at_least`."""
    format: str
    """What the bytes are: "JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF" or "BMP"."""
    width: int
    """Pixels of the full picture, upright."""
    height: int
    """Pixels of the full picture, upright."""
    sha256: str
    """Hex digest of the file."""
    size: int
    """Bytes of the file."""


def open_image(
    source: Path | bytes | BinaryIO, *, limits: Limits = Limits(), at_least: int | None = None
) -> OpenedImage:
    """Open and fully decode one picture; of animations and multi-page files the first frame.

    `source` is a path, the bytes, or a binary file read from its present position. With
    `at_least`, a JPEG is decoded at a half, quarter or eighth of its scale as long as its shorter
    side stays 2 x `at_least` or more: enough to compute features from, several times faster.

    Raises one of the `ImageError`s with a sentence for the curator; OSError if the path itself
    cannot be read; MemoryError if the machine, not the picture, is at fault.
    """
    data = _read(source, limits.max_bytes)
    image, kind = _parse(data, limits)
    width, height = image.size
    _check_size(width, height, limits)
    with _damage_reported(kind):
        if at_least is not None and isinstance(image, JpegImageFile):
            _reduce(image, at_least)
        # Only TIFF warns while it decodes; the others decode in parallel.
        with _without_warnings() if kind == "TIFF" else nullcontext():
            image.load()
        orientation = _orientation(image)
        pixels = to_srgb(image)
        if orientation in _UPRIGHT:
            pixels = pixels.transpose(_UPRIGHT[orientation])
    if orientation >= 5:
        width, height = height, width
    return OpenedImage(pixels, kind, width, height, hashlib.sha256(data).hexdigest(), len(data))


def _read(source: Path | bytes | BinaryIO, max_bytes: int) -> bytes:
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, Path):
        with source.open("rb") as file:
            data = file.read(max_bytes + 1)
    else:
        data = source.read(max_bytes + 1)
    if not data:
        raise EmptyFileError("The file is empty. Upload it again, or export it once more.")
    if len(data) > max_bytes:
        raise FileTooLargeError(
            f"The file is larger than the {max_bytes / 1e6:,.0f} MB allowed. "
            "Save it as JPEG, or at a smaller size."
        )
    return data


def _parse(data: bytes, limits: Limits) -> tuple[ImageFile, str]:
    """The header only: size, mode and metadata, no pixels."""
    head = data[:_HEAD_BYTES]
    kind = sniff(head)
    if kind is None:
        raise UnsupportedFormatError(
            f"This is {describe(head)}, not a picture we can open. Export it as {ACCEPTED}."
        )
    try:
        with _damage_reported(kind), _without_warnings():
            return PARSERS[kind](io.BytesIO(data)), kind
    except Image.DecompressionBombError as error:
        raise TooManyPixelsError(
            f"The picture announces far more pixels than the {_millions(limits.max_pixels)} "
            "allowed. Save it at a smaller size."
        ) from error


def _check_size(width: int, height: int, limits: Limits) -> None:
    """Raise unless the announced size is one we want to decode."""
    short, long = sorted((width, height))
    if short > 0 and long > limits.max_ratio * short:
        raise AbsurdShapeError(
            f"The picture is {width} x {height} pixels, more than {limits.max_ratio:g} times as "
            "long as wide. Crop it, or cut it into several pictures."
        )
    if short < limits.min_side:
        raise TooSmallError(
            f"The picture is only {width} x {height} pixels; each side needs at least "
            f"{limits.min_side}. Upload a larger version."
        )
    if width * height > limits.max_pixels:
        raise TooManyPixelsError(
            f"The picture is {width} x {height} = {_millions(width * height)} pixels; at most "
            f"{_millions(limits.max_pixels)} are allowed. Save it at a smaller size."
        )


@contextmanager
def _damage_reported(kind: str) -> Iterator[None]:
    """Turn whatever Pillow raises on bad bytes into a sentence."""
    try:
        yield
    except _PILLOW_ERRORS as error:
        raise DamagedImageError(
            f"The {kind} file is damaged or cut off and cannot be decoded ({error}). "
            "Upload it again, or export it once more from the original."
        ) from error


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Drop Pillow's remarks on odd metadata and on size, which `Limits` judges.

    A process that turns warnings into errors must not refuse more pictures than another. Python
    keeps its filters for the whole process, hence the lock, the narrow filter, and use around
    short work only.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def _reduce(image: JpegImageFile, at_least: int) -> None:
    """Let the decoder leave out detail: the scale is part of the JPEG inverse transform."""
    width, height = image.size
    for scale in (8, 4, 2):
        if min(width, height) // scale >= 2 * at_least:
            image.draft(None, (width // scale, height // scale))
            return


def _orientation(image: ImageFile) -> int:
    """EXIF orientation 1..8 of a loaded picture (PNG may carry it behind the pixels).

    Unreadable metadata means 1. A TIFF has been turned by Pillow already and says 1.
    """
    try:
        with _without_warnings():
            value = image.getexif().get(Base.Orientation, 1)
    except _PILLOW_ERRORS:
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _millions(count: int) -> str:
    return f"{count / 1e6:,.0f} million"
