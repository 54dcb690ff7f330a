"""What every source hands over, whatever the museum calls it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from webapp.catalog.facts import Facts
from webapp.ingest.fetching import Web

KEY_LENGTH: Final = 300


class SourceError(Exception):
    """The source as a whole cannot be read; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody wants of a source."""

    query: str = ""
    url: str = ""
    file: Path | None = None

    def __str__(self) -> str:
        asked = [self.query, self.url, self.file.name if self.file else ""]
        return " ".join(part for part in asked if part) or "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One work as its museum describes it."""

    id: str
    """Unique in the source and for good; with the source's name it becomes the source key."""
    facts: Facts = field(default_factory=Facts)
    """As the museum has them; they are fitted to our columns later."""
    image_url: str = ""
    rights: str = ""
    """Name or address of the licence of the picture."""
    required_statement: str = ""
    """Must be shown word by word with the picture."""
    provider: str = ""
    changed: datetime | None = None
    """When the museum last changed this record, if it tells."""
    problem: str = ""
    """Why the museum does not let us take the work, as a sentence; empty if it does."""
    error: str = ""
    """Why this record could not be read, as a sentence: then nothing is known of the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A museum, and how to ask it."""

    name: str
    """First part of the source keys, so it never changes."""
    title: str
    records: Callable[[Ask, Web], Iterator[Record]]
    """Yields works one by one; raises SourceError or FetchError if it cannot go on."""
    hosts: frozenset[str] = frozenset()
    """The only hosts that are asked, for records or pictures."""
    pauses: Mapping[str, float] = field(default_factory=dict)
    """Seconds between requests, by host, as the museum documents; 1 where it is silent."""
    open_hosts: bool = False
    """Whether ARTREC_SOURCE_HOSTS adds to the hosts: for formats that anybody may serve."""
    agent_header: str = ""
    """A header of the museum's own in which it wants to read who asks."""


def source_key(source: str, record_id: str) -> str:
    """Return what identifies the work for good: "met:436535". Long ids are hashed."""
    key = f"{source}:{record_id}"
    if len(key) <= KEY_LENGTH:
        return key
    return f"{source}:sha256-{hashlib.sha256(record_id.encode()).hexdigest()}"


def scope_of(source: str, ask: Ask) -> str:
    """Return the name of the question: the same question again tells what is gone."""
    scope = f"{source}: {ask}"
    if len(scope) <= KEY_LENGTH:
        return scope
    return f"{scope[:200]}… {hashlib.sha256(scope.encode()).hexdigest()}"
