"""What a file is, judged by its first bytes and never by its name."""

from __future__ import annotations

from typing import Final

from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

# The plugin classes are named here, rather than left to `Image.open`, for three reasons: no other
# parser ever sees the bytes, a stereo JPEG stays a plain JPEG, and `Image.open` warns above a
# process-wide pixel limit while ours is an argument.
PARSERS: Final[dict[str, type[ImageFile]]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "AVIF": AvifImageFile,
    "TIFF": TiffImageFile,
    "GIF": GifImageFile,
    "BMP": BmpImageFile,
}

ACCEPTED: Final = "JPEG, PNG, WebP, AVIF, TIFF, GIF or BMP"
"""The allow-list as a curator reads it."""

_STARTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)

_OTHERS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
)


def sniff(head: bytes) -> str | None:
    """Name of the accepted format that `head` (the first 32 bytes or more) starts, or None."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and _is_avif(head):
        return "AVIF"
    return next((name for start, name in _STARTS if head.startswith(start)), None)


def describe(head: bytes) -> str:
    """What a refused file seems to be, as a noun phrase for a message."""
    if head[4:8] == b"ftyp":
        return "a HEIC picture" if head[8:12] in {b"heic", b"heix", b"mif1"} else "a video file"
    for start, phrase in _OTHERS:
        if head.startswith(start):
            return phrase
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if text.startswith((b"<?xml", b"<")):
        return "an XML file"
    if all(byte in b"\t\n\r" or byte >= 32 for byte in head):
        return "a text file"
    return "a kind of file we do not know"


def _is_avif(head: bytes) -> bool:
    """AVIF by its main brand, or a generic HEIF brand that lists AVIF as compatible."""
    length = int.from_bytes(head[:4], "big")
    compatible = head[16 : max(16, min(length, len(head)))]
    brands = {head[8:12], *(compatible[i : i + 4] for i in range(0, len(compatible), 4))}
    return bool(brands & {b"avif", b"avis"})
