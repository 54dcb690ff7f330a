"""What a check found, and what most checks need to look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.core.files.storage import Storage
from django.utils import timezone

EXAMPLES: Final = 5
ORPHANED: Final = timedelta(hours=1)
"""A file without a row is left alone for so long: its row may be about to be written."""


@dataclass
class Finding:
    """One way in which things disagree, with how often and where."""

    what: str
    """In the plural, e.g. "originals without a work"."""
    advice: str
    """What mending does, or what a person has to do."""
    fault: bool = True
    """False for what is only worth knowing."""
    count: int = 0
    mended: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str, *, mended: bool = False, count: int = 1) -> None:
        """Count one more, or several at once of which `example` is one."""
        self.count += count
        self.mended += count if mended else 0
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.fault and self.mended < self.count


def walk(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files; a storage without the folder is an empty one."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in files)
    for name in folders:
        yield from walk(storage, f"{prefix}{name}")


def is_old(storage: Storage, name: str) -> bool:
    """Tell whether a file was last written long enough ago; False if it is gone meanwhile."""
    try:
        return timezone.now() - storage.get_modified_time(name) > ORPHANED
    except OSError:
        return False


def discard(storage: Storage, name: str) -> bool:
    """Delete a file; tell whether it is gone."""
    with suppress(OSError):
        storage.delete(name)
        return True
    return False
