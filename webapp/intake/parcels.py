"""Write side of archives: what came of some entries becomes items, exactly once.

Before entries are stored, the names they will have are written into the archive's row. Whoever
finds names there that are not its own knows that another worker left them, and deletes those files;
whoever comes to the end and does not find its own there any more has lost the archive to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F

from webapp.catalog.files import ORIGINALS
from webapp.ingest.actions import Stored, discard_file, receive_stored, refuse
from webapp.ingest.sheets import receive_sheet
from webapp.intake.models import Parcel
from webapp.intake.names import Kind, facts_of, kind_of


@dataclass(slots=True)
class Outcome:
    """What came of some entries."""

    position: int
    """The number of the first entry after them."""
    taken: list[tuple[str, str]] = field(default_factory=list)
    """Name for people, and name in the storage."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Name for people, and why."""
    litter: int = 0
    unpacked: int = 0
    """Bytes."""


def reserve(pk: int, names: Sequence[str]) -> bool:
    """Say under which names the next entries will be stored. False if there is no such work."""
    with transaction.atomic():
        parcel = _waiting(pk)
        if parcel is None:
            return False
        Parcel.objects.filter(pk=pk).update(pending=list(names))
    for name in parcel.pending:
        discard_file(name)
    return True


def note(pk: int, names: Sequence[str], outcome: Outcome) -> bool:
    """Make items of what was stored under reserved names, and move on in the archive.

    False, and nothing is kept, if another worker has taken over.
    """
    stored = {name for _shown, name in outcome.taken}
    with transaction.atomic():
        parcel = _waiting(pk)
        if parcel is None or parcel.pending != list(names):
            transaction.on_commit(partial(_discard, names))
            return False
        _hand_over(parcel, outcome)
        # It got further, so the attempts of entries before do not count against the next ones.
        Parcel.objects.filter(pk=pk).update(
            pending=[],
            position=outcome.position,
            taken=F("taken") + len(outcome.taken),
            refused=F("refused") + len(outcome.refused),
            litter=F("litter") + outcome.litter,
            unpacked=F("unpacked") + outcome.unpacked,
            attempts=1,
        )
        transaction.on_commit(partial(_discard, [name for name in names if name not in stored]))
    return True


def finish(pk: int, *, problem: str = "") -> None:
    """End the story of an archive; a problem with it as a whole is told like that of a file."""
    with transaction.atomic():
        parcel = _waiting(pk)
        if parcel is None:
            return
        if problem:
            refuse(batch=parcel.batch, reasons=[(parcel.name, problem)])
        refused = problem and not parcel.taken
        state = Parcel.State.REFUSED if refused else Parcel.State.DONE
        Parcel.objects.filter(pk=pk).update(state=state, pending=[], claimed_until=None)
        transaction.on_commit(partial(_discard, [*parcel.pending, parcel.stored]))


def _waiting(pk: int) -> Parcel | None:
    """Lock an archive that is not at its end."""
    rows = Parcel.objects.select_for_update(of=("self",)).select_related("batch")
    return rows.filter(pk=pk, state=Parcel.State.WAITING).first()


def _hand_over(parcel: Parcel, outcome: Outcome) -> None:
    tables = [pair for pair in outcome.taken if kind_of(pair[0]) is Kind.TABLE]
    for name, stored in tables:
        with storages[ORIGINALS].open(stored) as content:
            receive_sheet(batch=parcel.batch, name=name, content=File(content))
        transaction.on_commit(partial(discard_file, stored))
    pictures = [pair for pair in outcome.taken if pair not in tables]
    files = [Stored(name, stored, facts_of(name)) for name, stored in pictures]
    receive_stored(batch=parcel.batch, files=files)
    refuse(batch=parcel.batch, reasons=outcome.refused)


def _discard(names: Sequence[str]) -> None:
    for name in names:
        discard_file(name)
