"""Write side of the museums: ask, choose, bring in, ask again.

A sync is a row; the message to the workers says only that there is one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalog.files import ORIGINALS
from webapp.ingest.sources.comparing import Verdict
from webapp.ingest.sources.contract import scope_of
from webapp.jobs import Job, enqueue
from webapp.museums.models import TO_DO, Question, Sync

FOLDER: Final = "data"
"""What several files of a question lie in, so that the question has the same name each time."""
WEEK: Final = timedelta(days=7)
State = Sync.State


class SyncStateError(Exception):
    """A sync cannot do this in the state it is in; a sentence says why."""


@transaction.atomic
def ask(
    *,
    source: str,
    user: User | None,
    most: int,
    ids: Sequence[str] = (),
    query: str = "",
    url: str = "",
    files: Mapping[str, File[Any]] | None = None,
) -> Sync:
    """Ask a museum: a worker reads its answer and compares, and nothing of the gallery changes.

    The same question asked before is asked again, with new files where it has some.
    """
    named = dict.fromkeys(files or {}, "")
    wanted = Question(source=source, ids=list(ids), query=query, url=url, files=named, most=most)
    place = Path(next(iter(named)) if len(named) == 1 else FOLDER) if named else None
    scope = scope_of(source, wanted.ask(place))
    # Who asks the same at the same moment waits here for the other.
    known, _ = Question.objects.select_for_update().get_or_create(
        scope=scope, defaults={"source": source, "most": most}
    )
    transaction.on_commit(partial(_discard, list(known.files.values())))
    wanted.pk, wanted.weekly = known.pk, known.weekly
    wanted.scope, wanted.files = scope, _stored(files or {})
    wanted.save()
    return _start(wanted, user)


@transaction.atomic
def ask_again(question: Question, user: User | None) -> Sync:
    """Ask the same once more; one that is being asked already is told of instead."""
    held = Question.objects.select_for_update().get(pk=question.pk)
    asking = held.syncs.filter(state__in=[State.READING, State.BRINGING]).first()
    return asking or _start(held, user)


def ask_weekly() -> int:
    """Ask again what is a week old and shall be asked every week. Return how many are."""
    recent = Sync.objects.filter(Q(created__gt=timezone.now() - WEEK) | Q(state__in=Sync.OPEN))
    due = Question.objects.filter(weekly=True).exclude(pk__in=recent.values("question"))
    return len([ask_again(question, None) for question in due])


def set_weekly(question: Question, weekly: bool) -> None:
    """Let a question be asked every week, or not any more."""
    Question.objects.filter(pk=question.pk).update(weekly=weekly)


def choose(sync: Sync, *, shown: Iterable[int], chosen: Iterable[int]) -> None:
    """Keep the ticks of a page: of the findings that it showed, those that are chosen."""
    _check(sync.choosable, "Nothing can be chosen here any more.")
    rows = sync.findings.filter(pk__in=list(shown), verdict__in=TO_DO, brought=False)
    wanted = set(chosen)
    rows.filter(pk__in=wanted).update(chosen=True)
    rows.exclude(pk__in=wanted).update(chosen=False)


def choose_all(sync: Sync, verdicts: Iterable[str], *, chosen: bool) -> None:
    """Tick everything of a wall, or nothing."""
    _check(sync.choosable, "Nothing can be chosen here any more.")
    sync.findings.filter(verdict__in=list(verdicts), brought=False).update(chosen=chosen)


@transaction.atomic
def bring_in(sync: Sync, user: User, *, held: bool) -> None:
    """Let a worker do what is chosen.

    Raises:
        SyncStateError: If nothing is, or this was done before.
    """
    chosen = sync.findings.filter(verdict__in=TO_DO, chosen=True, brought=False)
    _check(chosen.exists(), "Nothing is ticked; tick at least one work.")
    _move(sync, Sync.CHOOSABLE, State.BRINGING, brought_by=user, held=held, finished=None)
    enqueue(Job.SYNC)


def cancel(sync: Sync) -> None:
    """End a sync. What was brought in until now stays.

    Raises:
        SyncStateError: If it has ended already.
    """
    still = (*Sync.OPEN, State.READY)
    _move(sync, still, State.CANCELLED, reason="", finished=timezone.now())


@transaction.atomic
def go_on(sync: Sync) -> None:
    """Read on where the museum broke off; what was read is kept.

    Raises:
        SyncStateError: If there is nothing to go on with.
    """
    _check(
        bool(sync.reason) and not sync.whole,
        "There is nothing to go on with: the museum did not break off.",
    )
    # What could not be read, perhaps only then, is read again.
    sync.findings.filter(verdict=Verdict.SKIP).exclude(record__error="").delete()
    _move(sync, (State.FAILED, *Sync.CHOOSABLE), State.READING, reason="", finished=None)
    enqueue(Job.SYNC)


def _start(question: Question, user: User | None) -> Sync:
    older = question.syncs.filter(state__in=[*Sync.OPEN, State.READY]).exclude(state=State.BRINGING)
    reason = "It was asked again."
    older.update(state=State.CANCELLED, reason=reason, finished=timezone.now())
    sync = Sync.objects.create(question=question, asked_by=user)
    enqueue(Job.SYNC)
    return sync


def _move(sync: Sync, before: Iterable[str], state: str, **values: Any) -> None:
    """Change the state of a sync if it still is in one of those `before`."""
    rows = Sync.objects.filter(pk=sync.pk, state__in=list(before))
    moved = rows.update(state=state, attempts=0, claimed_until=None, **values)
    sync.refresh_from_db()
    _check(bool(moved), f"That cannot be done any more: it is {sync.get_state_display()}.")


def _check(fine: bool, otherwise: str) -> None:
    if not fine:
        raise SyncStateError(otherwise)


def _stored(files: Mapping[str, File[Any]]) -> dict[str, str]:
    """Store given files; return their names in the storage by their names for the source."""
    folder = f"sources/{uuid.uuid4().hex}"
    return {
        name: storages[ORIGINALS].save(f"{folder}/{number}", content)
        for number, (name, content) in enumerate(files.items())
    }


def _discard(names: Iterable[str]) -> None:
    for name in names:
        storages[ORIGINALS].delete(name)
