"""Unpack archives into items of their batch, some entries at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final
from zipfile import ZipFile

from django.conf import settings
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError

from webapp.catalog.files import ORIGINALS
from webapp.intake import parcels, staging
from webapp.intake.actions import SPARE_BYTES
from webapp.intake.models import Parcel
from webapp.intake.names import is_archive, is_litter, shown
from webapp.jobs import Job, enqueue
from workers import claims, unpacking
from workers.app import app
from workers.unpacking import ArchiveError, Entry

log = logging.getLogger(__name__)

AT_ONCE: Final = 32
"""Entries that become items together."""
ROUNDS: Final = 8
"""Of those per run; then checking gets its turn, so that works appear while others come in."""
NESTED: Final = "It is an archive inside an archive. Unpack it, and upload what is in it."
EMPTY: Final = "There is no file to take in the archive."
GIVEN_UP: Final = "The worker ended each time it opened this archive. Upload the files themselves."
MISSING: Final = "The received archive is no longer there. Upload it again."


@app.task(
    name=Job.UNPACK.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def unpack() -> None:
    """Go on with one archive that nobody works on. Safe to run twice and to be killed."""
    waiting = Parcel.objects.filter(state=Parcel.State.WAITING)
    for pk in claims.exhausted(waiting):
        parcels.finish(pk, problem=GIVEN_UP)
    for pk in claims.claim(waiting, limit=1):
        _work(pk)
        claims.release(Parcel, [pk])
        if waiting.filter(claims.free()).exists():
            enqueue(Job.UNPACK)


def _work(pk: int) -> None:
    parcel = Parcel.objects.get(pk=pk)
    try:
        with storages[ORIGINALS].open(parcel.stored) as file, unpacking.opened(file) as archive:
            found = unpacking.entries(archive)
            Parcel.objects.filter(pk=pk).update(entries=len(found))
            _go_on(parcel, archive, found, unpacking.allowance(file.size))
    except ArchiveError as error:
        parcels.finish(pk, problem=str(error))
    except FileNotFoundError:
        parcels.finish(pk, problem=MISSING)


def _go_on(parcel: Parcel, archive: ZipFile, found: Sequence[Entry], allowed: int) -> None:
    """Take some rounds of entries, and end the archive if they were the last.

    Raises:
        ArchiveError: If more came of it than is allowed, or there is no room for more; what was
            taken before stays.
    """
    position, unpacked = parcel.position, parcel.unpacked
    for _ in range(ROUNDS):
        if position >= len(found):
            nothing = Parcel.objects.filter(pk=parcel.pk, taken=0, refused=0).exists()
            parcels.finish(parcel.pk, problem=EMPTY if nothing else "")
            return
        if unpacked > allowed:
            raise ArchiveError(
                f"Only {position:,} of its {len(found):,} files were looked at: too much comes of "
                "so small an archive. Upload the others themselves."
            )
        some = found[position : position + AT_ONCE]
        needed = sum(min(entry.info.file_size, settings.UPLOAD_MAX_BYTES) for entry in some)
        if staging.free_bytes() < needed + SPARE_BYTES:
            raise ArchiveError(
                f"Only {position:,} of its {len(found):,} files were unpacked: there is no room "
                "left on the server's disk. Tell who looks after it, and upload the others then."
            )
        names = [staging.new_name() for _ in some]
        if not parcels.reserve(parcel.pk, names):
            return
        outcome = _taken(parcel, archive, some, names, room=allowed - unpacked)
        if not parcels.note(parcel.pk, names, outcome):
            log.info("archive %s went on elsewhere", parcel.pk)
            return
        position, unpacked = outcome.position, unpacked + outcome.unpacked


def _taken(
    parcel: Parcel, archive: ZipFile, some: Sequence[Entry], names: Sequence[str], *, room: int
) -> parcels.Outcome:
    """Store entries until there is no room, and tell of each that cannot be taken why."""
    outcome = parcels.Outcome(position=some[0].number)
    for entry, stored in zip(some, names, strict=True):
        if outcome.unpacked > room:
            break
        outcome.position = entry.number + 1
        claims.extend(Parcel, [parcel.pk])
        if is_litter(entry.name):
            outcome.litter += 1
            continue
        name = shown(entry.name)
        try:
            if is_archive(name):
                raise ArchiveError(NESTED)
            with staging.storing(stored) as target:
                most = settings.UPLOAD_MAX_BYTES
                outcome.unpacked += unpacking.extract(archive, entry, target, most=most)
        except ArchiveError as error:
            outcome.refused.append((name, str(error)))
        else:
            outcome.taken.append((name, stored))
    return outcome
