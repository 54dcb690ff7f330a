"""What a source says now, compared with what is here. Nothing in this module writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from webapp.catalog.actions import changed_facts, facts_now
from webapp.catalog.facts import Facts
from webapp.catalog.models import Artwork
from webapp.ingest.models import Item, Origin
from webapp.ingest.sources.cleaning import credit, fitted, longest_credit
from webapp.ingest.sources.contract import Record, source_key
from webapp.ingest.sources.iiif3 import confined
from webapp.ingest.sources.rights import open_licence

_ON_THE_WAY: Final = (Item.State.WANTED, Item.State.RECEIVED, Item.State.STORED)
_NOT_AGAIN: Final = (Item.State.REFUSED, Item.State.DUPLICATE)
_STATES: Final = {
    Item.State.REFUSED: "Its picture was refused",
    Item.State.DUPLICATE: "Its picture is here already",
}
_PERHAPS: Final = "perhaps another picture"
"""The record changed, and it does not say in what."""


class Verdict(StrEnum):
    """What is to be done with a work."""

    NEW = "new"
    CHANGED = "changed"
    """Other facts; the picture is the same."""
    PICTURE = "picture"
    """The picture is to be asked for again, perhaps with other facts."""
    SAME = "unchanged"
    GONE = "gone"
    """It is here, and its source has it no more, or not free any more."""
    SKIP = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the difference."""

    key: str
    title: str
    verdict: Verdict
    reason: str = ""
    record: Record | None = None
    """As it was read; None of what the source does not name any more."""
    facts: Facts | None = None
    """What the catalogue shall say; None where nothing is to be done."""
    before: Facts | None = None
    """What it says now, of the facts that differ."""
    artwork: int | None = None
    afresh: bool = True
    """Whether the picture is to be sent in any case, not only if it differs from the last."""

    @property
    def fetches(self) -> bool:
        """Whether the picture is to be fetched."""
        return self.verdict in {Verdict.NEW, Verdict.PICTURE}


@dataclass(frozen=True, slots=True)
class _Here:
    """What is here of some keys."""

    works: dict[str, Artwork]
    origins: dict[str, Origin]
    items: dict[str, Item]
    """The last of each key."""


def compare(source: str, records: Sequence[Record], seen: Collection[str]) -> list[Change]:
    """Decide for every record of a chunk, in three queries; `seen` are the keys before them."""
    keys = [source_key(source, record.id) for record in records]
    here = _here(keys)
    changes: list[Change] = []
    earlier = {key for key in keys if key in seen}
    for key, record in zip(keys, records, strict=True):
        if key in earlier:
            reason = "The source names it twice."
            changes.append(_skip(key, key, record, reason))
        else:
            changes.append(_decide(key, record, here))
        earlier.add(key)
    return changes


def gone(scope: str, seen: Iterable[str]) -> list[Change]:
    """Return the shown works that the same question brought before and brings no more."""
    missing = Origin.objects.filter(scope=scope).values_list("source_key", flat=True)
    keys = sorted(set(missing) - set(seen))
    works = Artwork.objects.filter(source_key__in=keys).exclude(state=Artwork.State.WITHDRAWN)
    rows = works.order_by("pk").values_list("source_key", "title", "pk")
    reason = "The source has it no more."
    return [
        Change(key=str(key), title=title, verdict=Verdict.GONE, reason=reason, artwork=pk)
        for key, title, pk in rows
    ]


def shown_facts(record: Record) -> Facts:
    """Return what the catalogue will say: with the rights, and who must be credited."""
    facts = fitted(record.facts)
    licence = open_licence(record.rights)
    facts["rights"] = f"{licence.label} ({licence.url})" if licence else ""
    parts = [record.required_statement, facts.get("credit_line", ""), record.provider]
    facts["credit_line"] = credit(parts)
    return facts


def problem_of(record: Record) -> str:
    """Return why a record cannot be taken, or nothing."""
    if record.problem:
        return record.problem
    if not record.id:
        return "The source gives it no identifier."
    if not record.image_url:
        return "The source has no picture of it."
    licence = open_licence(record.rights)
    if licence is None:
        said = f"its rights are: {record.rights}" if record.rights else "it names no licence"
        return f"Its picture is not certainly free to use; {said}."
    if licence.credit and not record.required_statement:
        return f"{licence.label} wants the author named, and the source does not say who it is."
    if len(record.required_statement) > longest_credit():
        return (
            f"Its required statement has {len(record.required_statement)} characters; "
            f"{longest_credit()} can be shown."
        )
    return ""


def _here(keys: Sequence[str]) -> _Here:
    works = Artwork.objects.filter(source_key__in=keys).select_related("artist")
    last = Item.objects.filter(source_key__in=keys).exclude(source_key="")
    last = last.order_by("source_key", "-pk").distinct("source_key")
    return _Here(
        works={str(work.source_key): work for work in works},
        origins={row.source_key: row for row in Origin.objects.filter(source_key__in=keys)},
        items={item.source_key: item for item in last},
    )


def _decide(key: str, record: Record, here: _Here) -> Change:
    work, item = here.works.get(key), here.items.get(key)
    title = work.title if work else fitted(record.facts).get("title", "")
    if record.error and not record.problem:
        return _skip(key, title, record, record.error)
    if problem := problem_of(record):
        away = work is None or work.state == Artwork.State.WITHDRAWN
        verdict = Verdict.SKIP if away else Verdict.GONE
        pk = work.pk if work else None
        return Change(
            key=key, title=title, verdict=verdict, reason=problem, record=record, artwork=pk
        )
    if item and item.state in _ON_THE_WAY:
        return _skip(key, title, record, "It is on its way already.")
    facts = shown_facts(record)
    if work is None:
        facts["availability"] = Artwork.Availability.NOT_FOR_SALE.value
        if item and item.state in _NOT_AGAIN and item.url == record.image_url:
            reason = f"{_STATES[Item.State(item.state)]}: {item.reason}"
            return _skip(key, title, record, reason)
        return Change(key=key, title=title, verdict=Verdict.NEW, record=record, facts=facts)
    before = facts_now(work, changed_facts(work, facts))
    changed = ", ".join(sorted(before))
    failed = item is not None and item.state == Item.State.FAILED
    told = _picture(record, here.origins.get(key))
    if failed or told:
        reason = ", ".join(filter(None, [told or "the picture failed last time", changed]))
        verdict = Verdict.PICTURE
    else:
        reason, verdict = changed, Verdict.CHANGED if changed else Verdict.SAME
    return Change(
        key=key,
        title=title,
        verdict=verdict,
        reason=reason,
        record=record,
        facts=facts,
        before=before,
        artwork=work.pk,
        afresh=failed or told != _PERHAPS,
    )


def _skip(key: str, title: str, record: Record, reason: str) -> Change:
    return Change(key=key, title=title, verdict=Verdict.SKIP, reason=reason, record=record)


def _picture(record: Record, origin: Origin | None) -> str:
    """Return why the picture is to be asked for again, or nothing."""
    if origin is None or record.image_url not in {origin.image_url, confined(origin.image_url)}:
        return "another picture"
    if record.changed and (origin.changed is None or record.changed > origin.changed):
        return _PERHAPS
    return ""
