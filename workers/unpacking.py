"""Read ZIP archives of strangers: bounded before and while they are opened, refused in sentences.

The names in an archive are never used as names of files, so none leads out of a folder.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MOST_ENTRIES: Final = 50_000
MOST_LISTED: Final = 32 * 2**20
"""Bytes of an archive's own list of contents, which is read into memory as a whole."""
MOST_UNPACKED: Final = 100 * 2**30
RATIO: Final = 200
"""Bytes that come of one byte of the archive; pictures, compressed already, give about one."""
GRACE: Final = 100 * 2**20
"""Bytes that come of any archive, whatever the ratio."""
PIECE: Final = 256 * 1024

_END: Final = b"PK\5\6"
_END_SIZE: Final = 22
_LONGEST_COMMENT: Final = 2**16
_END64: Final = b"PK\6\6"
_BEFORE_END: Final = 76
"""Bytes from the long form of the end, for large archives, to the end itself."""
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1 | 0x40
_LINK: Final = 0o120000
_KIND: Final = 0o170000
_UNREADABLE: Final = (
    BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    struct.error,
)
_USUAL: Final = (ZIP_STORED, ZIP_DEFLATED)
"""Ways to compress that give a piece at a time; of bzip2 and LZMA the zipfile module takes all that
comes of what it read, be it gigabytes."""
_UNUSUAL_REASON: Final = (
    "It is compressed in a way that is not known here. Make a usual ZIP archive."
)
_ENCRYPTED_REASON: Final = "It is encrypted. Make the archive again without a password."


class ArchiveError(Exception):
    """An archive, or an entry of it, that is not taken; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive."""

    number: int
    name: str
    """As it stands in the archive."""
    info: ZipInfo


@contextmanager
def opened(file: IO[bytes]) -> Iterator[ZipFile]:
    """Open an archive.

    Raises:
        ArchiveError: If it is damaged as a whole, or lists too much.
    """
    _check_end(file)
    try:
        archive = ZipFile(file)
    except (*_UNREADABLE, NotImplementedError) as error:
        raise ArchiveError(
            "The archive is damaged or cut off: its list of contents cannot be read. "
            "Make it anew, or upload the files themselves."
        ) from error
    with archive:
        yield archive


def entries(archive: ZipFile) -> list[Entry]:
    """Return the files of an archive in their order; folders are passed over.

    Raises:
        ArchiveError: If there are too many.
    """
    files = [info for info in archive.infolist() if not info.is_dir()]
    if len(files) > MOST_ENTRIES:
        raise ArchiveError(_too_many(len(files)))
    return [Entry(number, _name(info), info) for number, info in enumerate(files)]


def allowance(archive_size: int) -> int:
    """Return how many bytes may come of an archive of this size."""
    return min(MOST_UNPACKED, GRACE + RATIO * archive_size)


def extract(archive: ZipFile, entry: Entry, target: IO[bytes], *, most: int) -> int:
    """Write an entry to `target` and return its size.

    Raises:
        ArchiveError: If it is encrypted, damaged, too large, or no file.
    """
    info = entry.info
    if info.flag_bits & _ENCRYPTED:
        raise ArchiveError(_ENCRYPTED_REASON)
    if info.compress_type not in _USUAL:
        raise ArchiveError(_UNUSUAL_REASON)
    if (info.external_attr >> 16) & _KIND == _LINK:
        raise ArchiveError("It is a link and not a file. Put the file itself into the archive.")
    if info.file_size > most:  # never more than it says comes of it
        raise ArchiveError(
            f"It has {info.file_size / 2**20:,.0f} MB; at most {most / 2**20:,.0f} MB are allowed. "
            "Save it as JPEG, or smaller."
        )
    return sum(target.write(piece) for piece in _pieces(archive, info))


def _pieces(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as source:
            while piece := source.read(PIECE):
                yield piece
    except NotImplementedError:
        raise ArchiveError(_UNUSUAL_REASON) from None
    except RuntimeError:  # zipfile's word for a password that is missing
        raise ArchiveError(_ENCRYPTED_REASON) from None
    except _UNREADABLE as error:
        raise ArchiveError(
            "It is damaged in the archive. Put it into the archive again, or upload it by itself."
        ) from error


def _check_end(file: IO[bytes]) -> None:
    """Look at what the archive says of its list of contents before anything reads the list."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE - _BEFORE_END))
    tail = file.read()
    # In the two places where the zipfile module looks, for others may hold what only seems an end.
    for at in {len(tail) - _END_SIZE, tail.rfind(_END)}:
        if at < 0 or not tail.startswith(_END, at) or len(tail) - at < _END_SIZE:
            continue
        count, listed = struct.unpack_from("<HL", tail, at + 10)
        if (at64 := at - _BEFORE_END) >= 0 and tail.startswith(_END64, at64):
            count, listed = struct.unpack_from("<QQ", tail, at64 + 32)
        if count > MOST_ENTRIES:
            raise ArchiveError(_too_many(count))
        if listed > MOST_LISTED:
            raise ArchiveError("The archive's list of contents is too long. Make several archives.")
    file.seek(0)


def _too_many(count: int) -> str:
    return (
        f"The archive holds {count:,} files; at most {MOST_ENTRIES:,} are taken from one. "
        "Make several archives of them."
    )


def _name(info: ZipInfo) -> str:
    """Many systems write UTF-8 without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename
