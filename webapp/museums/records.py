"""Records and differences as JSON, for rows that wait for somebody's decision."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from webapp.catalog.facts import from_json, to_json
from webapp.ingest.sources.comparing import Change
from webapp.ingest.sources.contract import Record


def pack(record: Record) -> dict[str, Any]:
    """Return a record as JSON values."""
    changed = record.changed.isoformat() if record.changed else None
    return {**asdict(record), "facts": to_json(record.facts), "changed": changed}


def unpack(values: dict[str, Any]) -> Record:
    """Return what `pack` was given."""
    changed = datetime.fromisoformat(values["changed"]) if values["changed"] else None
    return Record(**{**values, "facts": from_json(values["facts"]), "changed": changed})


def differences(change: Change) -> list[list[Any]]:
    """Return the facts that differ: name, what the gallery says, what the museum says."""
    before, after = to_json(change.before or {}), to_json(change.facts or {})
    return [[name, before[name], after[name]] for name in sorted(before)]
