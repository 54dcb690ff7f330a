"""Edit many works as in a spreadsheet: cells of text, checked one by one, saved together.

Each row carries a seal of what its editor was shown. A row whose work has changed since is not
written over, and a row that its editor left alone is not written at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, cast

from django.db import transaction

from webapp.accounts.models import User
from webapp.catalog.actions import facts_now
from webapp.catalog.facts import UNKNOWN_ARTIST, Facts
from webapp.catalog.models import Artwork
from webapp.ingest import cells
from webapp.ingest.changes import Kind, edit, works_of
from webapp.ingest.models import Batch, Change

COLUMNS: Final = (
    "title",
    "artist",
    "accession_number",
    "year",
    "medium",
    "style",
    "height_cm",
    "width_cm",
    "depth_cm",
    "price",
    "currency",
    "availability",
    "rights",
)
Texts = Mapping[str, str]


@dataclass
class Row:
    """A work as it stands in the grid."""

    work: Artwork
    texts: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    """By column, why its text was not saved."""
    conflict: str = ""
    """Whether somebody else has changed the work meanwhile."""

    @property
    def seal(self) -> str:
        return seal(texts_of(self.work))


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving a page of the grid."""

    rows: list[Row]
    change: Change | None

    @property
    def whole(self) -> bool:
        """Whether everything was saved."""
        return not any(row.errors or row.conflict for row in self.rows)


def texts_of(work: Artwork) -> dict[str, str]:
    """Return the cells of a work as they are shown. Reads `work.artist`."""
    return {name: _text(value) for name, value in facts_now(work, COLUMNS).items()}


def seal(texts: Texts) -> str:
    """Return a few characters that differ when any of the cells does."""
    joined = "\0".join(texts[name] for name in COLUMNS)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@transaction.atomic
def save(
    *, batch: Batch, user: User, posted: Mapping[int, Texts], seals: Mapping[int, str]
) -> Saved:
    """Save the cells that were changed, by artwork id; those that cannot be keep the rest.

    Args:
        posted: All cells of each row, as they were sent.
        seals: Of each row, the seal of what its editor was shown.
    """
    works = works_of(batch).filter(pk__in=posted).select_related("artist", "image")
    rows, facts = [], {}
    for work in works.order_by("pk").select_for_update(of=("self",)):
        row = Row(work, texts_of(work))
        sent, shown = posted[work.pk], seals.get(work.pk, "")
        if seal(sent) != shown:
            if row.seal == shown:
                facts[work.pk] = _read(row, sent)
            elif seal(sent) != row.seal:
                row.conflict = _differences(row.texts, sent)
        rows.append(row)
    order = {work: place for place, work in enumerate(posted)}
    rows.sort(key=lambda row: order[row.work.pk])
    change = edit(batch=batch, user=user, kind=Kind.GRID, facts=facts) if facts else None
    if change:
        _bring_up_to_date(rows)
    return Saved(rows, change)


def _bring_up_to_date(rows: Sequence[Row]) -> None:
    """Show what was saved, but in the cells that could not be saved what was written there."""
    now = Artwork.objects.select_related("artist", "image")
    works = now.in_bulk([row.work.pk for row in rows])
    for row in rows:
        row.work = works[row.work.pk]
        wrong = {name: row.texts[name] for name in row.errors}
        row.texts = {**texts_of(row.work), **wrong}


def _read(row: Row, sent: Texts) -> Facts:
    """Return the facts of the changed cells, and note the others on the row."""
    facts: dict[str, Any] = {}
    for name in COLUMNS:
        if sent[name] == row.texts[name]:
            continue
        row.texts[name] = sent[name]
        try:
            facts[name] = _parsed(name, sent[name])
        except cells.CellError as error:
            row.errors[name] = str(error)
    price = facts.get("price", row.work.price)
    if price is not None and not facts.get("currency", row.work.currency):
        row.errors["currency"] = "A price needs a currency, such as EUR."
        for name in facts.keys() & {"price", "currency"}:
            row.errors.setdefault(name, "")  # not wrong by itself, and not saved either
            del facts[name]
    return cast(Facts, facts)


def _parsed(name: str, text: str) -> Any:
    value = cells.parse(name, text)
    if name == "title" and not value:
        raise cells.CellError("A work needs a title; write Untitled if it has none.")
    return value or UNKNOWN_ARTIST if name == "artist" else value


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "" if value is None else " ".join(str(value).split())


def _differences(now: Texts, sent: Texts) -> str:
    names: Sequence[str] = [name for name in COLUMNS if now[name] != sent[name]]
    told = ", ".join(f"{_in_words(name)} “{sent[name]}”" for name in names)
    return f"Somebody changed this work meanwhile; it shows their version. You had: {told}."


def _in_words(name: str) -> str:
    return "inventory number" if name == "accession_number" else name.removesuffix("_cm")
