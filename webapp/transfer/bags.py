"""Bags of files with their checksums, as a folder or a ZIP: BagIt 1.0 (RFC 8493).

The payload lies under `data/`; `manifest-sha256.txt` has a line for each of its files, and
`tagmanifest-sha256.txt` one for each file that says something about the bag.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, Protocol

PAYLOAD: Final = "data/"
MANIFEST: Final = "manifest-sha256.txt"
TAGS: Final = "tagmanifest-sha256.txt"
DECLARATION: Final = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
CHUNK: Final = 1024 * 1024
IN_MEMORY: Final = 8 * 1024 * 1024
_LINE: Final = re.compile(r"([0-9a-f]{64})  ?(\S.*)")
_PACKED: Final = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".parquet", ".npz")
"""Compressing these again would only cost time."""
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
"""Bit of an entry's flags."""


class DamagedError(Exception):
    """A file of a bag is missing or is not the one its checksum speaks of."""


class NoBagError(Exception):
    """There is no bag at a path."""


def is_full(error: Exception) -> bool:
    """Tell whether a disk is full: no fault of the one file at which that was found."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


class _Place(Protocol):
    def write(self, name: str, chunks: Iterable[bytes]) -> None: ...


class _Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.writelines(chunks)


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        info = zipfile.ZipInfo(name)
        packed = name.lower().endswith(_PACKED)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        with self.archive.open(info, "w", force_zip64=True) as stream:
            for chunk in chunks:
                stream.write(chunk)


class Bag:
    """A bag that is being filled."""

    def __init__(self, place: _Place) -> None:
        self._place = place
        self._sums: dict[str, str] = {}

    def add(self, name: str, content: bytes | str | IO[bytes]) -> str:
        """Write a file and return its SHA-256. Names under `data/` are payload."""
        if isinstance(content, str):
            content = content.encode()
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        digest = hashlib.sha256()

        def passing() -> Iterator[bytes]:
            for chunk in iter(lambda: stream.read(CHUNK), b""):
                digest.update(chunk)
                yield chunk

        self._place.write(name, passing())
        self._sums[name] = digest.hexdigest()
        return self._sums[name]

    def close(self) -> None:
        """Write the declaration and the manifests."""
        self.add("bagit.txt", DECLARATION)
        payload = {name: self._sums[name] for name in self._sums if name.startswith(PAYLOAD)}
        self.add(MANIFEST, _manifest(payload))
        about = {name: self._sums[name] for name in self._sums.keys() - payload.keys()}
        self._place.write(TAGS, [_manifest(about).encode()])


def _manifest(sums: dict[str, str]) -> str:
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


@contextmanager
def new_bag(path: Path) -> Iterator[Bag]:
    """Make a bag at `path`, a ZIP if its name ends so. It stands there only once it is whole.

    Raises:
        FileExistsError: If something is at `path`.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already; choose another name or delete it.")
    part = path.with_name(f"{path.name}.part")
    delete(part)
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(part, "w", allowZip64=True) as archive:
                bag = Bag(_Zip(archive))
                yield bag
                bag.close()
        else:
            part.mkdir()
            bag = Bag(_Folder(part))
            yield bag
            bag.close()
        part.replace(path)
    finally:
        delete(part)


def delete(path: Path) -> None:
    """Delete a bag, or what is left of one."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Reader:
    """A bag that is read. Only names that its manifests list can be opened."""

    def __init__(self, root: Path | zipfile.ZipFile) -> None:
        self._root = root
        self.sums = _read_sums(self._raw, MANIFEST) | _read_sums(self._raw, TAGS)

    def has(self, name: str) -> bool:
        """Tell whether the bag says that it has this file."""
        return name in self.sums

    def open(self, name: str) -> IO[bytes]:
        """Open a file without a look at its checksum.

        Raises:
            DamagedError: If it is not listed or not there.
        """
        if name not in self.sums:
            raise DamagedError(f"{name}: {MANIFEST} does not list it.")
        try:
            return self._raw(name)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise DamagedError(f"{name}: it is missing or cannot be read.") from error

    def checked(self, name: str) -> IO[bytes]:
        """Return a copy of a file, at its beginning, once its checksum is found right.

        Raises:
            DamagedError: If it is missing or another one.
        """
        copy: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes
        try:
            if self._copy(name, copy) != self.sums[name]:
                raise DamagedError(
                    f"{name}: its checksum is not the one in the manifest; the file was changed or "
                    "damaged. Copy it again from where the export was made."
                )
        except DamagedError:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def _copy(self, name: str, to: IO[bytes]) -> str:
        digest = hashlib.sha256()
        with self.open(name) as stream:
            try:
                for chunk in iter(lambda: stream.read(CHUNK), b""):
                    digest.update(chunk)
                    to.write(chunk)
            except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
                if is_full(error):
                    raise
                raise DamagedError(f"{name}: it cannot be read to its end ({error}).") from error
        return digest.hexdigest()

    def _raw(self, name: str) -> IO[bytes]:
        if isinstance(self._root, zipfile.ZipFile):
            return self._root.open(name)
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root.resolve()):
            raise FileNotFoundError(name)
        return path.open("rb")


def _read_sums(open_raw: Any, manifest: str) -> dict[str, str]:
    try:
        with open_raw(manifest) as stream:
            lines = stream.read().decode().splitlines()
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise NoBagError(f"This is no export: {manifest} is missing or cannot be read.") from error
    found = (_LINE.fullmatch(line) for line in lines)
    return {match[2]: match[1] for match in found if match}


@contextmanager
def open_bag(path: Path) -> Iterator[Reader]:
    """Open the bag at `path`, a folder or a ZIP.

    Raises:
        NoBagError: If there is none.
    """
    if path.is_dir():
        yield Reader(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise NoBagError(f"There is nothing at {path}.") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise NoBagError(f"{path} is neither a folder nor a whole ZIP: {error}.") from error
    with archive:
        _require_readable(path, archive)
        yield Reader(archive)


def _require_readable(path: Path, archive: zipfile.ZipFile) -> None:
    for info in archive.infolist():
        if info.flag_bits & _ENCRYPTED:
            raise NoBagError(
                f"{path}: {info.filename} is locked by a password. Unpack the ZIP with it, and "
                "give the folder."
            )
        if info.compress_type not in _COMPRESSIONS:
            raise NoBagError(
                f"{path}: {info.filename} is compressed in a way that exports are not. Unpack the "
                "ZIP, and give the folder."
            )
