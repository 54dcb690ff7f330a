"""What every source hands over, whatever the museum calls it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

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
    ids: tuple[str, ...] = ()
    """Of the works that are wanted, as the museum numbers them."""
    read: frozenset[str] = frozenset()
    """Ids and addresses of works that were read before an interruption; they need not be asked for
    again. What leads to them need not be either if it is read by `get_list`."""

    def __str__(self) -> str:
        asked = [*self.ids, self.query, self.url, self.file.name if self.file else ""]
        return " ".join(part for part in asked if part) or "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One work as its museum describes it."""

    id: str
    """Unique in the source and for good; with the source's name it becomes the source key."""
    address: str = ""
    """Where it was read, if it can be asked for by that and not by its id."""
    facts: Facts = field(default_factory=Facts)
    """As the museum has them; they are fitted to our columns later."""
    image_url: str = ""
    preview_url: str = ""
    """A small version of the picture, to look at before it is fetched; empty if there is none."""
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
class Way:
    """One way of asking a source, as a form offers it."""

    name: str
    """For the form; unique in the source."""
    title: str
    help: str
    field: Literal["ids", "query", "url", "files"]
    example: str = ""
    needs: tuple[str, ...] = ()
    """What a query has to hold."""
    files: tuple[str, ...] = ()
    """The files to give. Of one the name is free; several have to be named so."""
    words: bool = False
    """Whether words may choose among the works of the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A museum, and how to ask it."""

    name: str
    """First part of the source keys, so it never changes."""
    title: str
    about: str = ""
    """What there is, in a sentence or two."""
    licence: str = ""
    """Which of it is taken, and under which licence, in a sentence or two."""
    ways: tuple[Way, ...] = ()
    ids: str = ""
    """What an id looks like, as a regular expression; empty where works cannot be named by it."""
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
