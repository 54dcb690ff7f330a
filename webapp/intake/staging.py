"""The bytes of files that are still arriving, and where they lie.

Where originals are kept as files, a file grows under its final name, so that nothing is copied or
moved when it is complete. Where they are kept elsewhere, it grows under `var/arriving`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BufferedWriter, FileIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction

from webapp.catalog.files import ORIGINALS


class BusyError(Exception):
    """Somebody else is writing to this file."""


def new_name() -> str:
    """Return a name for a file to come that nobody can guess."""
    return f"incoming/{uuid.uuid4().hex}"


def length(stored: str) -> int:
    """Return how many bytes of a file are here."""
    try:
        return _path(stored).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def appending(stored: str) -> Iterator[FileIO]:
    """Open a file to add to its end, alone. The lock ends with the process, however it ends.

    Raises:
        BusyError: If another request writes to it.
    """
    path = _path(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as stream:  # what is written outlives a killed process
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError from None
        yield stream


@contextmanager
def storing(stored: str) -> Iterator[BufferedWriter]:
    """Open a file to write as a whole; it is kept unless something is raised."""
    path = _path(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as stream:
            yield stream
    except BaseException:
        discard(stored)
        raise
    keep(stored)


def keep(stored: str) -> None:
    """Make a complete file safe under its name in the storage, within the transaction that hands
    it over."""
    path = _path(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:  # an empty file has not been written to before
        os.fsync(stream.fileno())
    if _is_local():
        return
    originals = storages[ORIGINALS]
    originals.delete(stored)  # of an earlier try: a storage never writes over a file
    with path.open("rb") as stream:
        originals.save(stored, File(stream))
    transaction.on_commit(partial(path.unlink, missing_ok=True))


def discard(stored: str) -> None:
    """Delete what has arrived of a file."""
    _path(stored).unlink(missing_ok=True)


def free_bytes() -> int:
    """Return how much room there is for files to come."""
    folder = _path("incoming")
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _is_local() -> bool:
    try:
        storages[ORIGINALS].path("")
    except NotImplementedError:
        return False
    return True


def _path(stored: str) -> Path:
    try:
        return Path(storages[ORIGINALS].path(stored))
    except NotImplementedError:
        return Path(settings.VAR, "arriving", stored)
