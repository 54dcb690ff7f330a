"""What a catalogue card says of a work, as plain values that any importer can hand over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypedDict, cast

UNKNOWN_ARTIST: Final = "Unknown artist"


class Facts(TypedDict, total=False):
    """Checked values; a name that is absent is left as it is, or takes the model's default."""

    title: str
    artist: str
    artist_bio: str
    year: int | None
    medium: str
    style: str
    width_cm: Decimal | None
    height_cm: Decimal | None
    depth_cm: Decimal | None
    price: Decimal | None
    currency: str
    description: str
    rights: str
    credit_line: str
    accession_number: str
    source_url: str
    availability: str
    one_of_a_kind: bool
    added: datetime


_DECIMALS: Final = frozenset({"width_cm", "height_cm", "depth_cm", "price"})


def to_json(facts: Facts) -> dict[str, Any]:
    """Return `facts` as JSON values, for a row that waits for its worker."""
    return {name: _plain(value) for name, value in facts.items()}


def from_json(values: Mapping[str, Any]) -> Facts:
    """Return what `to_json` was given."""
    facts: dict[str, Any] = dict(values)
    for name in _DECIMALS & facts.keys():
        facts[name] = None if facts[name] is None else Decimal(facts[name])
    if "added" in facts:
        facts["added"] = datetime.fromisoformat(facts["added"])
    return cast(Facts, facts)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    # In UTC, as the database gives it back, so that the same moment is the same text.
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
