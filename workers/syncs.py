"""A sync's row and its findings, from the worker's side: written only while it is still wanted."""

from __future__ import annotations

import hashlib
import logging
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Count, F, Sum, Value
from django.db.models.functions import Concat, Greatest, Length, Now
from django.utils import timezone

from webapp.catalog.files import ORIGINALS
from webapp.ingest.fetching import TryLaterError
from webapp.ingest.sources.cleaning import fitted
from webapp.ingest.sources.comparing import Change, Verdict
from webapp.museums.actions import FOLDER
from webapp.museums.models import Answer, Finding, Sync
from webapp.museums.records import differences, pack
from workers import claims

log = logging.getLogger(__name__)

EXTEND_SECONDS: Final = 5.0
LONGEST_WAIT: Final = 1800.0
"""Seconds; then it is looked at again, and the host is asked no earlier for that."""
COPY_BYTES: Final = 2**20
OLDEST: Final = timedelta(hours=12)
"""Lists that are older are asked for again: their museum may number its pages otherwise by now."""
MOST_BYTES: Final = 100_000_000
"""Of lists that are kept for one sync, packed; what is more is asked for again in each turn."""
_ANEW: Final = "anew"
"""No address: its row says that all lists are read once more, so that this is done only once."""


class Holder:
    """Extends a claim now and then, however often it is asked to."""

    def __init__(self, sync: Sync) -> None:
        self._sync = sync
        self._last = time.monotonic()

    def extend(self) -> None:
        """Say that the sync is still being worked on."""
        if time.monotonic() - self._last > EXTEND_SECONDS:
            self._last = time.monotonic()
            claims.extend(Sync, [self._sync.pk])

    def sleep(self, seconds: float) -> None:
        """Wait for a host; longer than a claim lasts it never takes."""
        self.extend()
        time.sleep(seconds)


class Answers:
    """The lists that a museum gave, kept from one turn of a sync to the next."""

    def __init__(self, sync: Sync) -> None:
        self._sync = sync
        self.old = False
        """Whether a list of an earlier turn was read, which may be another by now."""

    def kept(self, url: str) -> bytes | None:
        """Return a list that was read before."""
        rows = self._sync.answers.filter(address=_address(url), created__gt=Now() - OLDEST)
        body = rows.values_list("body", flat=True).first()
        if body is None:
            return None
        self.old = self.old or not self._sync.answers.filter(address=_ANEW).exists()
        return zlib.decompress(body)

    @transaction.atomic
    def keep(self, url: str, answer: bytes) -> None:
        """Keep a list, if there is room. As something came of it, the attempts begin anew."""
        body = zlib.compress(answer)
        rows = Sync.objects.select_for_update().filter(pk=self._sync.pk, state=Sync.State.READING)
        if not rows.exists():
            return
        kept = self._sync.answers.aggregate(bytes=Sum(Length("body")))["bytes"] or 0
        if kept + len(body) <= MOST_BYTES:
            rows.update(attempts=1)
            self._write(_address(url), body)

    @transaction.atomic
    def begin_anew(self) -> None:
        """Let all lists be asked for again, before anything is called gone.

        However often that is interrupted, what is kept from now on is not old.
        """
        self.forget()
        self._write(_ANEW, b"")

    def forget(self) -> None:
        """Drop all lists."""
        self._sync.answers.all().delete()

    def _write(self, address: str, body: bytes) -> None:
        Answer.objects.bulk_create(
            [Answer(sync=self._sync, address=address, body=body)],
            update_conflicts=True,
            unique_fields=["sync", "address"],
            update_fields=["body", "created"],
        )


@contextmanager
def files_of(sync: Sync) -> Iterator[Path | None]:
    """Have the files of a question at hand, under the names by which its source knows them."""
    files: Mapping[str, str] = sync.question.files
    if not files:
        yield None
        return
    with TemporaryDirectory() as folder:
        place = Path(folder) / FOLDER
        place.mkdir()
        for name, stored in files.items():
            with storages[ORIGINALS].open(stored) as given, (place / name).open("wb") as copy:
                while data := given.read(COPY_BYTES):
                    copy.write(data)
        yield place if len(files) > 1 else place / next(iter(files))


@transaction.atomic
def note(sync: Sync, changes: Sequence[Change]) -> bool:
    """Write down what was found; False if nobody wants to know any more.

    As something came of it, the attempts begin anew.
    """
    rows = Sync.objects.select_for_update().filter(pk=sync.pk, state=Sync.State.READING)
    if not rows.exists():
        return False
    Finding.objects.bulk_create(
        [_finding(sync, change) for change in changes], ignore_conflicts=True
    )
    found = Finding.objects.filter(sync=sync).values_list("verdict")
    rows.update(counts=dict(found.annotate(Count("pk")).order_by()), attempts=1, reason="")
    return True


def read_before(sync: Sync) -> dict[str, str]:
    """Return the ids of the works that were read so far, each with where it was read."""
    rows = sync.findings.exclude(record=None).values_list("record__id", "record__address")
    return {str(id_): address or "" for id_, address in rows}


def say(sync: Sync, line: str) -> None:
    """Add a line to the log that the page shows."""
    log.info("sync %d: %s", sync.pk, line)
    stamp = timezone.now().strftime("%Y-%m-%d %H:%M:%S")
    _rows(sync).update(log=Concat(F("log"), Value(f"{stamp}  {line}\n")))


def move(sync: Sync, state: str, **values: Any) -> bool:
    """Go on to the next state; False if somebody has ended it meanwhile."""
    same = _rows(sync).filter(state=sync.state)
    return bool(same.update(state=state, claimed_until=None, attempts=0, **values))


def pause(sync: Sync) -> None:
    """Let other jobs have their turn; it goes on behind them, at no attempt."""
    claims.release(Sync, [sync.pk])


def wait(sync: Sync, error: TryLaterError) -> None:
    """Leave the museum alone until then; it costs an attempt only if somebody was asked."""
    seconds = min(error.seconds, LONGEST_WAIT)
    same = _rows(sync).filter(state=sync.state)
    waits = same.update(
        claimed_until=Now() + timedelta(seconds=seconds),
        attempts=Greatest(F("attempts") - (0 if error.asked else 1), 0),
        reason=str(error),
    )
    if waits and _rows(sync).filter(attempts__gte=claims.MAX_ATTEMPTS).update(claimed_until=None):
        say(sync, str(error))  # it is not asked again: the next round ends this
    elif waits:
        say(sync, f"{error} It is asked again in {seconds:.0f} seconds.")


def _address(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def _rows(sync: Sync) -> Any:
    return Sync.objects.filter(pk=sync.pk)


def _finding(sync: Sync, change: Change) -> Finding:
    facts = change.facts or (fitted(change.record.facts) if change.record else {})
    return Finding(
        sync=sync,
        key=change.key,
        verdict=change.verdict,
        reason=change.reason,
        title=facts.get("title") or change.title,
        artist=facts.get("artist", ""),
        record=pack(change.record) if change.record else None,
        differences=differences(change),
        artwork_id=change.artwork,
        # A museum's slip of the hand shall not empty our walls.
        chosen=change.verdict is not Verdict.GONE,
    )
