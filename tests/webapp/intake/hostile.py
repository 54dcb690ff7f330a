"""Files and archives that mean no good, made small."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tests.webapp.ingest.pictures import picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
TRICKS = {
    "e\u0301cran.jpg": "écran.jpg",  # NFD
    "safe\u202egpj.exe": "safegpj.exe",  # right-to-left override
    "line\nbreak\x07.jpg": "line break.jpg",
    "zero\u200bwidth.jpg": "zerowidth.jpg",
    "../../etc/passwd.jpg": "etc/passwd.jpg",
    "/absolute.jpg": "absolute.jpg",
    "C:\\Windows\\win.jpg": "Windows/win.jpg",
    "CON.jpg": "CON.jpg",  # reserved on Windows, where no file of ours gets this name either
    "a" * 300 + ".jpg": "a" * 300 + ".jpg",
    "b/" * 400 + "end.jpg": "…" + ("b/" * 400 + "end.jpg")[-499:],
    "<script>.jpg": "<script>.jpg",
    "=cmd().jpg": "=cmd().jpg",
    "\udcff\udc80.jpg": ".jpg",  # bytes that are no UTF-8
    "नमस्ते\u200d.jpg": "नमस्ते\u200d.jpg",
    "..": "unnamed",
}
"""Names as they come, and as they are shown."""


def bomb() -> bytes:
    """A PNG of a few bytes that announces two thousand million pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 40_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data)


def polyglot() -> bytes:
    """A picture that is a ZIP archive as well: a picture to us, its other half is never opened."""
    return picture(7) + archive({"inside.html": b"<script>alert(1)</script>"})


def cut_off() -> bytes:
    """A picture whose end is missing."""
    return picture(8)[:400]


def archive(files: Mapping[str, bytes], *, kind: int = ZIP_STORED) -> bytes:
    """A ZIP of these files."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", kind) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


def zip_bomb(entries: int, size: int) -> bytes:
    """A ZIP out of which far more comes than is in it."""
    zeros = bytes(size)
    return archive({f"{number}.bmp": zeros for number in range(entries)}, kind=ZIP_DEFLATED)


def encrypted(files: Mapping[str, bytes], name: str) -> bytes:
    """A ZIP that says of one of its files that it is encrypted."""
    data = bytearray(archive(files))
    for start, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        name_at = 30 if start == b"PK\3\4" else 46
        found = -1
        while (found := data.find(start, found + 1)) >= 0:
            if data[found + name_at :].startswith(name.encode()):
                data[found + at] |= 1
    return bytes(data)


def damaged(files: Mapping[str, bytes], name: str) -> bytes:
    """A ZIP with wrong bytes in the middle of one of its files."""
    data = bytearray(archive(files))
    middle = data.find(files[name]) + len(files[name]) // 2
    data[middle] ^= 0xFF
    return bytes(data)


def with_link(target: str) -> bytes:
    """A ZIP with a symbolic link in it."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as made:
        info = ZipInfo("link.jpg")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        made.writestr(info, target)
        made.writestr("a.jpg", picture(1))
    return buffer.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
