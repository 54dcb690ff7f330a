"""Bring what a source has in line with what is here: first tell, then do."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from django.db import transaction

from webapp.catalog.actions import create_or_update_artwork
from webapp.catalog.facts import to_json
from webapp.ingest.actions import tell_again
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import TryLaterError, Web
from webapp.ingest.models import Batch, Item, Origin
from webapp.ingest.sources.cleaning import storable
from webapp.ingest.sources.comparing import Change, Verdict, compare, gone
from webapp.ingest.sources.contract import Ask, Record, Source, SourceError, scope_of
from webapp.jobs import Job, enqueue

log = logging.getLogger(__name__)

CHUNK: Final = 50
"""Works compared at once, and handed over in one transaction."""
NAME_LENGTH: Final = 500


@dataclass
class Sync:
    """How far a sync is. Grows while `changes` is read."""

    source: Source
    ask: Ask
    seen: set[str] = field(default_factory=set)
    counts: Counter[Verdict] = field(default_factory=Counter)
    stopped: str = ""
    """Why the source could not be read to its end; what was read until then counts."""
    whole: bool = False
    """Whether it was read to its end, so that it is known what is gone."""
    later: TryLaterError | None = None
    """That reason, where the host only wants to be asked later."""


def changes(
    sync: Sync, web: Web, *, limit: int | None, batch: Batch | None = None, size: int = CHUNK
) -> Iterator[Change]:
    """Yield what is new, changed or gone, and why others are passed over; `size` at a time.

    With a `batch` each chunk is also carried out, before it is told of; without one nothing is
    written. What is gone is only known of a source that was read to its end: one that ended
    before the limit.
    """
    records = _told(sync, web)
    while chunk := list(islice(records, size if limit is None else min(size, limit))):
        told = compare(sync.source.name, chunk, sync.seen)
        if batch is not None:
            carry_out(told, batch, scope=scope_of(sync.source.name, sync.ask))
        for change in told:
            sync.seen.add(change.key)
            sync.counts[change.verdict] += 1
            yield change
        if limit is not None:
            limit -= len(chunk)
    sync.whole = limit != 0 and not sync.stopped
    if sync.whole:
        for change in gone(scope_of(sync.source.name, sync.ask), sync.seen):
            sync.counts[change.verdict] += 1
            yield change


@transaction.atomic
def carry_out(told: Sequence[Change], batch: Batch | None, *, scope: str) -> int:
    """Update facts, and want the pictures that are to be fetched. Return how many are.

    A batch is needed only where there are such pictures, as `Change.fetches` tells.
    All of it holds or nothing: a killed import is simply run again.
    """
    wanted = []
    for change in told:
        record, facts = change.record, change.facts
        if record is None or facts is None:
            continue
        if change.verdict in {Verdict.CHANGED, Verdict.PICTURE}:
            create_or_update_artwork(facts=facts, source_key=change.key)
        _remember(change, record, scope)
        if change.fetches:
            if batch is None:
                raise ValueError(f"The picture of {change.key} belongs to no batch.")
            wanted.append(
                Item(
                    batch=batch,
                    name=f"{facts['title']} ({change.key})"[:NAME_LENGTH],
                    url=record.image_url,
                    metadata=to_json(facts),
                    source_key=change.key,
                    state=Item.State.WANTED,
                )
            )
    if wanted and batch is not None:
        # A ring per chunk of a big collection would fill the queue.
        rung = Item.objects.filter(state=Item.State.WANTED, claimed_until=None).exists()
        Item.objects.bulk_create(wanted)
        tell_again(batch=batch)  # those before may have ended already
        if not rung:
            enqueue(Job.FETCH_ITEMS)
    return len(wanted)


def _remember(change: Change, record: Record, scope: str) -> None:
    values = {
        "scope": scope,
        "image_url": record.image_url,
        "changed": record.changed,
        "rights": record.rights,
        "required_statement": record.required_statement,
        "provider": record.provider,
    }
    if change.verdict is Verdict.NEW or (change.verdict is Verdict.PICTURE and change.afresh):
        values |= {"etag": "", "last_modified": ""}
    Origin.objects.update_or_create(source_key=change.key, defaults=values)


def _told(sync: Sync, web: Web) -> Iterator[Record]:
    """Yield the records; a source that breaks off ends there, and `sync` knows why."""
    source, ask = sync.source, sync.ask
    try:
        if ask.ids and not source.ids:
            raise SourceError(f"Works of {source.title} cannot be asked for by their numbers.")
        for record in source.records(ask, web):
            if record.id not in ask.read:
                yield storable(record)
    except (SourceError, FetchError) as error:
        sync.stopped = str(error)
        sync.later = error if isinstance(error, TryLaterError) else None
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        log.exception("%s answers in a way that its source does not expect", source.name)
        sync.stopped = f"{source.title} does not answer as documented ({error})."
