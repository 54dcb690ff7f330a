"""What pictures say of themselves, however they say it, and however wrongly."""

from __future__ import annotations

import io
import struct

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image
from PIL.ExifTags import Base

from webapp.catalog.facts import Facts
from workers.picture_facts import read

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = f"""<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{RDF}'>
<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'
 xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' photoshop:DateCreated='1907-05-01'>
<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>TITLE</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Ana Ruiz</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def said(kind: str = "JPEG", exif: dict[int, str | bytes] | None = None, xmp: str = "") -> Facts:
    """Return what is read of a picture with these words in it."""
    buffer = io.BytesIO()
    image = Image.new("RGB", (32, 32), "teal")
    tags = image.getexif()
    for tag, value in (exif or {}).items():
        tags[tag] = value
    image.save(buffer, kind, exif=tags, **({"xmp": xmp.encode()} if xmp else {}))
    return read(storages["originals"].save("incoming/x", ContentFile(buffer.getvalue())))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_xmp_names_title_artist_and_year(kind: str) -> None:
    assert said(kind, xmp=XMP) == {"title": "TITLE", "artist": "Ana Ruiz", "year": 1907}


def test_exif_names_artist_rights_description_and_the_title_of_windows() -> None:
    facts = said(
        exif={
            Base.Artist: "Ana Ruiz; somebody else",
            Base.Copyright: "© Ana Ruiz".encode(),
            Base.ImageDescription: "Boats at rest.",
            0x9C9B: "Puerto".encode("utf-16-le"),
        }
    )

    assert facts == {
        "title": "Puerto",
        "artist": "Ana Ruiz",
        "description": "Boats at rest.",
        "rights": "© Ana Ruiz",
    }


def test_xmp_goes_before_exif() -> None:
    assert said(exif={Base.Artist: "Camera"}, xmp=XMP)["artist"] == "Ana Ruiz"


def test_iptc_is_read() -> None:
    def dataset(number: int, text: bytes) -> bytes:
        return b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(text)) + text

    iptc = dataset(5, b"Puerto") + dataset(80, "Ana Ruíz".encode())
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    content = b"Photoshop 3.0\0" + block
    segment = b"\xff\xed" + struct.pack(">H", len(content) + 2) + content
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32)).save(buffer, "JPEG")
    jpeg = buffer.getvalue()

    facts = read(
        storages["originals"].save("incoming/i", ContentFile(jpeg[:2] + segment + jpeg[2:]))
    )

    assert facts == {"title": "Puerto", "artist": "Ana Ruíz"}


def test_words_are_plain_and_bounded() -> None:
    facts = said(
        xmp=XMP.replace("TITLE", "&lt;script&gt;x&lt;/script&gt;" + "A" * 9000),
    )

    assert facts["title"].startswith("xAAA")
    assert len(facts["title"]) == 300


@pytest.mark.parametrize("words", ["OLYMPUS DIGITAL CAMERA", "Created with GIMP", "Untitled-1"])
def test_what_cameras_write_by_themselves_says_nothing(words: str) -> None:
    assert said(exif={Base.ImageDescription: words}) == {}


def test_entities_of_xml_are_not_followed() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'

    facts = said(exif={Base.Artist: "Ana Ruiz"}, xmp=bomb + XMP.replace("TITLE", "&b;"))

    assert facts == {"artist": "Ana Ruiz"}


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe1\xff\xff", b"II*\0\xff"])
def test_what_cannot_be_read_says_nothing(content: bytes) -> None:
    assert read(storages["originals"].save("incoming/bad", ContentFile(content))) == {}
