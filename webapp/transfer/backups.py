"""Backups: the database as it is at one moment, and every file it speaks of.

A backup is a folder of its own below DEST, named by its time: `backup.json`, `database.dump` (of
pg_dump), `files/` and `manifest-sha256.txt`. A file that has not changed since the last backup is
a hard link to that one's, so it takes no room; deleting one backup leaves the others whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage, storages
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from webapp.transfer import postgres

FORMAT: Final = "artrec-backup"
VERSION: Final = 1
ABOUT: Final = "backup.json"
DUMP: Final = "database.dump"
FILES: Final = "files"
MANIFEST: Final = "manifest-sha256.txt"
STAMP: Final = "%Y%m%dT%H%M%SZ"
PART: Final = ".part"
LOCK: Final = ".lock"
CHUNK: Final = 1024 * 1024
Sums = dict[str, str]


class BackupError(Exception):
    """A backup cannot be made, read or restored: a sentence."""


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    files: int
    linked: int
    """Those that have not changed since the last one."""
    dropped: int
    """Older backups that were deleted."""


def roots() -> dict[str, Path]:
    """Return where files are, by what they are called in a backup.

    Raises:
        BackupError: If files are not in folders of this machine.
    """
    found = {"media": default_storage}
    found |= {name: storages[name] for name in ("originals", "models")}
    try:
        return {name: Path(storage.path("")) for name, storage in found.items()}
    except NotImplementedError as error:
        raise BackupError(
            "Files are kept in a storage that is no folder of this machine. Back that up by its "
            "own means, and the database by pg_dump."
        ) from error


def make(
    folder: Path, *, keep: int | None = None, progress: Callable[[str], None] = lambda _text: None
) -> Made:
    """Make a backup below `folder` while the site goes on; keep so many of the newest, if given.

    Raises:
        BackupError, PostgresError: If it cannot be made; nothing is left of it then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        return _make(folder, keep, progress)


def _make(folder: Path, keep: int | None, progress: Callable[[str], None]) -> Made:
    before = _newest(folder)
    name = _now()
    part, path = folder / f"{name}{PART}", folder / name
    if path.exists():
        raise BackupError(f"{path} is there already; wait a second.")
    former = Former.of(before)
    try:
        part.mkdir(mode=0o700)  # there are secrets in the database
        # Files, the database, files again: whatever a row of the dump speaks of was there before
        # it, so it is in one of the two rounds.
        progress("Copying files")
        sums, linked = _copy(part, former, {})
        progress("Dumping the database")
        postgres.dump(part / DUMP)
        sums, more = _copy(part, former, sums)
        sums[DUMP] = digest(part / DUMP)
        (part / ABOUT).write_text(json.dumps(_about(), indent=1) + "\n")
        sums[ABOUT] = digest(part / ABOUT)
        (part / MANIFEST).write_text("".join(f"{sums[at]}  {at}\n" for at in sorted(sums)))
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    dropped = drop_older(folder, keep) if keep else 0
    return Made(path, len(sums) - 2, linked + more, dropped)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let nobody else make a backup below a folder, and delete what a killed one has left."""
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup is being made in {folder}; let it end.") from error
        for left in folder.glob(f"*{PART}"):
            if _is_stamp(left.with_suffix("")):
                shutil.rmtree(left)
        yield


def drop_older(folder: Path, keep: int) -> int:
    """Delete all but the newest `keep` backups; return how many."""
    old = list_of(folder)[:-keep]
    for path in old:
        shutil.rmtree(path)
    return len(old)


def list_of(folder: Path) -> list[Path]:
    """Return the whole backups below a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}") if _is_stamp(path.parent))


def find(path: Path) -> Path:
    """Return a backup: the folder itself, else the newest below it.

    Raises:
        BackupError: If there is none.
    """
    if (path / MANIFEST).is_file():
        return path
    if newest := _newest(path):
        return newest
    raise BackupError(f"There is no backup at {path} nor below it.")


def read_sums(path: Path) -> Sums:
    """Return the checksums of a backup by file."""
    lines = (path / MANIFEST).read_text().splitlines()
    return {line[66:]: line[:64] for line in lines if line[64:66] == "  "}


def damaged(path: Path) -> dict[str, str]:
    """Return the files of a backup that are not as they were, each with a sentence."""
    wrong = {}
    for name, known in read_sums(path).items():
        try:
            if digest(path / name) != known:
                wrong[name] = f"{name}: its checksum is not the one in {MANIFEST}."
        except OSError as error:
            wrong[name] = f"{name}: it cannot be read ({error.strerror})."
    return wrong


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def applied() -> list[list[str]]:
    """Return the migrations that the database has seen."""
    found = MigrationRecorder(connection).applied_migrations()
    return sorted([app, name] for app, name in found)


@dataclass(frozen=True)
class Former:
    """The backup before, whose unchanged files are linked to."""

    path: Path | None
    sums: Mapping[str, str]

    @classmethod
    def of(cls, path: Path | None) -> Former:
        return cls(path, read_sums(path) if path else {})

    def same(self, name: str, file: Path) -> Path | None:
        """Return its copy of a file, if that has the same size and time."""
        if self.path is None or name not in self.sums:
            return None
        copy = self.path / name
        try:
            there, here = copy.stat(), file.stat()
        except OSError:
            return None
        same = (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns)
        return copy if same else None


def _copy(part: Path, former: Former, sums: Sums) -> tuple[Sums, int]:
    """Copy or link every file that is not in `sums` yet, or has changed since; return all
    checksums, and how many were linked."""
    sums, linked = dict(sums), 0
    copied = Former(part, dict(sums))
    for name, file in _files():
        if copied.same(name, file):
            continue
        goal = part / name
        goal.parent.mkdir(parents=True, exist_ok=True)
        try:
            goal.unlink(missing_ok=True)  # of the first round; an upload may have grown since
            if copy := former.same(name, file):
                os.link(copy, goal)
                sums[name] = former.sums[name]
                linked += 1
            else:
                shutil.copy2(file, goal)
                sums[name] = digest(goal)
        except FileNotFoundError:
            continue  # deleted meanwhile, with its row
    return sums, linked


def _files() -> Iterator[tuple[str, Path]]:
    for kind, root in roots().items():
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{FILES}/{kind}/{path.relative_to(root).as_posix()}", path


def _about() -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "postgres": postgres.major_version(),
        "embedded": bool(settings.EMBEDDED_PGDATA),
        "migrations": applied(),
    }


def _now() -> str:
    return datetime.now(UTC).strftime(STAMP)


def _newest(folder: Path) -> Path | None:
    found = list_of(folder)
    return found[-1] if found else None


def _is_stamp(path: Path) -> bool:
    try:
        datetime.strptime(path.name, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
