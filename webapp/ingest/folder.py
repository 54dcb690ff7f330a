"""What importing a folder would do, file by file, before anything is done."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.conf import settings

from artrec.images.formats import sniff
from webapp.catalog.actions import changed_facts
from webapp.catalog.facts import UNKNOWN_ARTIST, Facts
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.sheets import is_sheet
from webapp.ingest.table import Table, normal

_OPENED: Final = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".tif", ".tiff")
# Some of these we cannot open; they are taken for pictures all the same, so that the report says
# so instead of passing them over in silence.
_OTHERS: Final = (".gif", ".bmp", ".heic", ".heif", ".jp2", ".jxl", ".psd", ".svg")
_PICTURE_ENDINGS: Final = frozenset(_OPENED + _OTHERS)
UNCHANGED: Final = "unchanged"
_OPEN_ELSEWHERE: Final = "~$"
"""So begin the names of what Excel puts beside a workbook while it has it open."""
_HEAD_BYTES: Final = 512
_KEYS_AT_ONCE: Final = 1000


class Verdict(StrEnum):
    """What is to be done with a file."""

    ADD = "add"
    UPDATE = "update"
    """The facts changed, the picture did not."""
    REPLACE = "replace"
    """The picture changed."""
    SKIP = "skip"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or one row of the table."""

    file: str
    path: Path | None
    facts: Facts
    source_key: str = ""
    sha256: str = ""
    verdict: Verdict = Verdict.ADD
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a folder."""

    pictures: dict[str, Path]
    """By relative path in its normal form."""
    problems: dict[str, str]
    """Files that cannot be taken, with the reason."""
    ignored: int
    """Files that are no pictures, by name and by content."""
    tables: tuple[Path, ...] = ()
    """Files that are tables by their names; which of them is meant, only a person knows."""


def scan(directory: Path) -> Found:
    """Look through a folder and its subfolders for pictures; hidden names are passed over."""
    root = directory.resolve()
    found = Found({}, {}, 0)
    ignored = 0
    tables = []
    for path in _walk(root):
        name = normal(str(path.relative_to(root)))
        if problem := _problem(path, root):
            # Named as text in any case: a broken name must not break the report.
            found.problems[name.encode("utf-8", "replace").decode()] = problem
        elif _is_picture(path):
            found.pictures[name] = path
        elif is_sheet(path.name) and not path.name.startswith(_OPEN_ELSEWHERE):
            tables.append(path)
        else:
            ignored += 1
    return replace(found, ignored=ignored, tables=tuple(tables))


def plan(
    found: Found, *, source: str, table: Table | None, on_file: Callable[[], object] = lambda: None
) -> list[Entry]:
    """Decide for every picture and every row what is to be done. Reads each picture once.

    Args:
        found: The pictures there are.
        source: First part of the source keys; the same source is the same collection.
        table: What is known of the pictures; without one, file names become titles.
        on_file: Called after each picture was read.
    """
    entries = list(_entries(found, source, table))
    measured = []
    for entry in entries:
        measured.append(_measure(entry))
        on_file()
    return _compare(measured, source)


def may_be_another(entries: Sequence[Entry]) -> bool:
    """Tell whether pictures would be replaced, and not one is still what it was: then this is
    perhaps another folder of the same name."""
    same = any(each.verdict is Verdict.UPDATE or each.reason == UNCHANGED for each in entries)
    return not same and any(each.verdict is Verdict.REPLACE for each in entries)


def source_key(source: str, file: str) -> str:
    """Return what identifies the work of a file for good."""
    return f"folder:{source}/{file}"


def _walk(root: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(parent, name)


def _problem(path: Path, root: Path) -> str:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "The file name is not valid UTF-8. Rename the file."
    if not path.resolve().is_relative_to(root):
        return "This is a link to a file outside the folder. Copy the file into the folder."
    if not path.is_file():
        return "This is not a regular file, or a link that leads nowhere."
    return ""


def _is_picture(path: Path) -> bool:
    if path.suffix.lower() in _PICTURE_ENDINGS:
        return True
    try:
        with path.open("rb") as stream:
            return sniff(stream.read(_HEAD_BYTES)) is not None
    except OSError:
        return False


def _entries(found: Found, source: str, table: Table | None) -> Iterator[Entry]:
    for file, problem in found.problems.items():
        yield Entry(file, None, Facts(), verdict=Verdict.FAIL, reason=problem)
    rows: dict[str, str] = {}
    for row in table.rows if table else ():
        path = found.pictures.get(row.file)
        problems = list(row.problems)
        if row.file in rows:
            problems.append(f"{row.where}:file: {row.file} already has a row, {rows[row.file]}.")
        elif row.file and path is None and row.file not in found.problems:
            problems.append(f"{row.where}:file: There is no picture {row.file} in the folder.")
        rows.setdefault(row.file, row.where)
        if problems:
            reason = " ".join(problems)
            yield Entry(row.file, path, row.facts, verdict=Verdict.FAIL, reason=reason)
        elif path is not None:
            yield Entry(row.file, path, row.facts, source_key(source, row.file))
    for file, path in found.pictures.items():
        if table is None:
            yield Entry(file, path, Facts(), source_key(source, file))
        elif file not in rows:
            reason = "The picture is in the folder but has no row in the table."
            yield Entry(file, path, Facts(), verdict=Verdict.FAIL, reason=reason)


def _measure(entry: Entry) -> Entry:
    """Add the SHA-256 of the file, or say why it cannot be taken."""
    if entry.verdict is Verdict.FAIL or entry.path is None:
        return entry
    longest = Artwork._meta.get_field("source_key").max_length or 0
    if len(entry.source_key) > longest:
        reason = f"The path is too long: with the source it has more than {longest} characters."
        return replace(entry, verdict=Verdict.FAIL, reason=reason)
    try:
        if (size := entry.path.stat().st_size) > settings.UPLOAD_MAX_BYTES:
            allowed = settings.UPLOAD_MAX_BYTES / 2**20
            reason = f"The file has {size / 2**20:,.0f} MB; at most {allowed:,.0f} MB are allowed."
            return replace(entry, verdict=Verdict.FAIL, reason=reason)
        with entry.path.open("rb") as stream:
            return replace(entry, sha256=hashlib.file_digest(stream, "sha256").hexdigest())
    except OSError as error:
        reason = f"The file cannot be read: {error.strerror}."
        return replace(entry, verdict=Verdict.FAIL, reason=reason)


def _compare(entries: list[Entry], source: str) -> list[Entry]:
    """Decide by what is already here and what comes earlier in the same folder."""
    prefix = source_key(source, "")
    works = {
        work.source_key: work
        for work in Artwork.objects.filter(
            source_key__startswith=prefix, image__isnull=False
        ).select_related("artist", "image")
    }
    owners = _owners([entry.sha256 for entry in entries if entry.sha256])
    earlier: dict[str, str] = {}
    decided = []
    for entry in entries:
        if not entry.sha256:
            decided.append(entry)
            continue
        work = works.get(entry.source_key)
        twin = earlier.setdefault(entry.sha256, entry.file)
        if work and work.image.sha256 == entry.sha256:
            changed = sorted(changed_facts(work, entry.facts))
            verdict = Verdict.UPDATE if changed else Verdict.SKIP
            entry = replace(entry, verdict=verdict, reason=", ".join(changed) or UNCHANGED)
        elif owner := owners.get(entry.sha256):
            entry = replace(entry, verdict=Verdict.SKIP, reason=f"the same file as {owner}")
        elif twin != entry.file:
            entry = replace(entry, verdict=Verdict.SKIP, reason=f"the same file as {twin}")
        elif work:
            entry = replace(entry, verdict=Verdict.REPLACE, reason="a new picture")
        else:
            facts = Facts(title=Path(entry.file).stem, artist=UNKNOWN_ARTIST)
            facts.update(entry.facts)
            entry = replace(entry, facts=facts)
        decided.append(entry)
    return decided


def _owners(hashes: list[str]) -> dict[str, str]:
    """Which works already have these files, as people call them."""
    owners: dict[str, str] = {}
    for start in range(0, len(hashes), _KEYS_AT_ONCE):
        rows = ArtworkImage.objects.filter(sha256__in=hashes[start : start + _KEYS_AT_ONCE])
        for sha256, title, pk in rows.values_list("sha256", "artwork__title", "artwork_id"):
            owners[sha256] = f"“{title}” (artwork {pk})"
    return owners
