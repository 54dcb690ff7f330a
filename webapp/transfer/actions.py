"""Ask for exports, end them, and sweep away those that nobody needs any more."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.jobs import Job, enqueue
from webapp.transfer import selection
from webapp.transfer.bags import delete as delete_file
from webapp.transfer.models import Export
from webapp.transfer.queries import file_of, waiting

KEPT: Final = timedelta(days=14)
"""How long the file of an export can be fetched."""
_FILE: Final = re.compile(r"([0-9]+)(-[0-9]+)?\.zip(\.part|\.scratch)?")


@transaction.atomic
def ask(*, kind: str, value: str, pictures: str, base: str, by: User | None) -> Export:
    """Ask a worker for an export.

    Raises:
        SelectionError: If there is nothing to export.
    """
    ids, told = selection.works_of(kind, value)
    made = Export.objects.create(
        kind=kind,
        value=value,
        pictures=pictures,
        base=base,
        by=by,
        selection=told,
        works=len(ids),
    )
    enqueue(Job.EXPORT)
    return made


def cancel(export: Export) -> None:
    """End an export that is not made yet."""
    Export.objects.filter(pk=export.pk, state=Export.State.QUEUED).update(
        state=Export.State.CANCELLED, finished=timezone.now()
    )
    Export.objects.filter(pk=export.pk, state=Export.State.RUNNING).update(cancel_requested=True)


def delete(export: Export) -> None:
    """Delete an export with its file; a worker that makes it notices and stops."""
    Export.objects.filter(pk=export.pk).delete()
    delete_file(file_of(export.pk))


def sweep() -> None:
    """Delete exports that are too old, and files that no row speaks of."""
    Export.objects.exclude(pk__in=waiting().values("pk")).filter(
        finished__lt=timezone.now() - KEPT
    ).delete()
    root = Path(settings.EXPORTS_ROOT)
    if not root.is_dir():
        return
    done = set(Export.objects.filter(state=Export.State.DONE).values_list("pk", flat=True))
    busy = set(waiting().values_list("pk", flat=True))
    for path in root.iterdir():
        found = _FILE.fullmatch(path.name)
        if found is None:
            continue
        kept = done if found[2] is None and found[3] is None else busy
        if int(found[1]) not in kept | busy:
            delete_file(path)
