"""What a picture's own EXIF, IPTC and XMP say of the work, for where nothing better is known.

Anyone can have written it. So it is bounded, taken as plain text, and only of formats that were
already opened once; what cannot be read says nothing.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

import defusedxml.ElementTree
from PIL.ExifTags import Base
from PIL.ImageFile import ImageFile
from PIL.IptcImagePlugin import getiptcinfo

from artrec.images.formats import PARSERS, sniff
from webapp.catalog.facts import Facts
from webapp.ingest.sources.cleaning import fitted, plain, year_of
from workers import resources

log = logging.getLogger(__name__)

LONGEST: Final = 5000
"""Characters of one field."""
MAX_XMP: Final = 2**20
_CAMERA_WORDS: Final = re.compile(
    r"(olympus|sony|samsung|kodak|minolta|konica|nikon|canon) ?(digital|dsc|camera).*|dcim.*"
    r"|created with .*|screenshot|untitled.*|image description|default",
    re.IGNORECASE,
)
"""What cameras and programs write by themselves."""
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_IPTC: Final = {"title": (2, 5), "artist": (2, 80), "rights": (2, 116), "description": (2, 120)}
_EXIF: Final = {
    "title": 0x9C9B,  # as Windows writes it
    "artist": Base.Artist,
    "rights": Base.Copyright,
    "description": Base.ImageDescription,
}


def read(incoming: str) -> Facts:
    """Return what a received picture says of itself; of several voices XMP, IPTC, EXIF in turn."""
    try:
        with _opened(resources.original(incoming)) as image:
            return _facts([_heard(voice, image) for voice in (_xmp, _iptc, _exif)])
    except Exception as error:  # as in _heard
        log.info("%s says nothing of itself: %s", incoming, error)
        return Facts()


def _opened(source: Path | bytes) -> ImageFile:
    data = source if isinstance(source, bytes) else source.read_bytes()
    kind = sniff(data[:512])
    if kind is None:
        raise ValueError("it is no picture")
    return PARSERS[kind](io.BytesIO(data))


def _heard(voice: Callable[[ImageFile], dict[str, str]], image: ImageFile) -> dict[str, str]:
    try:
        return voice(image)
    except Exception as error:  # hostile bytes raise anything, and none of it matters here
        log.info("%s of a picture cannot be read: %s", voice.__name__, error)
        return {}


def _facts(said: Iterable[dict[str, str]]) -> Facts:
    first: dict[str, str] = {}
    for voice in said:
        for name, text in voice.items():
            words = plain(text[:LONGEST])
            if words and not _CAMERA_WORDS.fullmatch(words):
                first.setdefault(name, words)
    facts = Facts()
    for name in ("title", "artist", "description", "rights"):
        if name in first:
            facts[name] = first[name]  # type: ignore[literal-required]
    if "date" in first and (year := year_of(first["date"])):
        facts["year"] = year
    return _fitting(facts)


def _fitting(facts: Facts) -> Facts:
    """Cut to length; what `fitted` makes up for titles and artists that are not there is left."""
    whole = fitted(facts)
    whole["rights"] = whole.get("rights", "")[:200]
    return Facts(**{name: whole[name] for name in facts if whole.get(name)})  # type: ignore


def _exif(image: ImageFile) -> dict[str, str]:
    exif = image.getexif()
    said = {name: _text(exif.get(tag)) for name, tag in _EXIF.items()}
    # DateTimeOriginal says when the photograph was taken, which says nothing of a painting.
    said["artist"] = said["artist"].split(";")[0]
    return said


def _iptc(image: ImageFile) -> dict[str, str]:
    info = getiptcinfo(image) or {}
    return {name: _text(info.get(tag)) for name, tag in _IPTC.items()}


def _xmp(image: ImageFile) -> dict[str, str]:
    of_tiff = getattr(image, "tag_v2", {}).get(700)
    data = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or of_tiff or b""
    content = data.encode() if isinstance(data, str) else bytes(data)
    if not content or len(content) > MAX_XMP:
        return {}
    root = defusedxml.ElementTree.fromstring(content.rstrip(b"\0 \n"))
    return {
        "title": _of(root, f"{_DC}title"),
        "artist": _of(root, f"{_DC}creator"),
        "description": _of(root, f"{_DC}description"),
        "rights": _of(root, f"{_DC}rights"),
        "date": _of(root, f"{_PHOTOSHOP}DateCreated"),
    }


def _of(root: Element, tag: str) -> str:
    """Return the text of a property: an attribute, plain text, or the first of its list."""
    return next((text for text in _voices(root, tag) if text.strip()), "")


def _voices(root: Element, tag: str) -> Iterator[str]:
    for element in root.iter(tag):
        items = list(element.iter(f"{_RDF}li"))
        yield from (item.text or "" for item in items)
        yield element.text or ""
    for element in root.iter(f"{_RDF}Description"):
        yield element.get(tag, "")


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else b""
    if isinstance(value, bytes):
        if b"\0" in value[:2] or value[1:2] == b"\0":
            return value.decode("utf-16-le", "replace").rstrip("\0")
        try:
            return value.decode("utf-8").rstrip("\0")
        except UnicodeDecodeError:
            return value.decode("cp1252", "replace").rstrip("\0")
    if not isinstance(value, str):
        return ""
    try:
        # Pillow takes EXIF for Latin-1; most programs write UTF-8.
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
