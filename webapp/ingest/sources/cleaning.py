"""From what museums write to what fits our columns."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, cast

from django.utils import timezone
from django.utils.html import strip_tags

from webapp.catalog.facts import UNKNOWN_ARTIST, Facts
from webapp.catalog.models import Artist, Artwork
from webapp.ingest import cells
from webapp.ingest.sources.contract import Record

LONGEST_TEXT: Final = 100_000
"""Of columns without a limit of their own."""
_CLIPPED: Final = ("title", "artist", "artist_bio", "medium", "style", "description")
_ONE_LINE: Final = frozenset({"title", "artist", "medium", "style", "accession_number"})
_LENGTH: Final = r"(\d+(?:[.,]\d+)?)"
_DIMENSIONS: Final = re.compile(
    rf"{_LENGTH}\s*(?:cm)?\s*[x×]\s*{_LENGTH}\s*(?:(?:cm)?\s*[x×]\s*{_LENGTH})?\s*cm",
    re.IGNORECASE,
)
PREVIEW_WIDTH: Final = 330
"""Pixels; one of the steps of Wikimedia Commons."""
_IIIF_IMAGE: Final = re.compile(r"(https?://.+)/full/[^/]+/0/(default\.jpg)")
_COMMONS_THUMB: Final = re.compile(
    r"(https://upload\.wikimedia\.org/.+/thumb/.+/(?:[\w-]+-)?)\d+px-([^/]+)"
)
_BEFORE_CHRIST: Final = re.compile(r"\bB\.?\s?C\.?(?:\s?E\b)?", re.IGNORECASE)
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LIFE: Final = re.compile(r"\s*(?:\([^()]*\d{3}[^()]*\)|,[^,\d]*\b\d{4}\b).*")


def plain(value: object) -> str:
    """Return text without markup, entities and NULs; nothing for what is no text."""
    if not isinstance(value, str):
        return ""
    return html.unescape(strip_tags(value)).replace("\0", "").strip()


def fitted(facts: Facts) -> Facts:
    """Return the facts as they fit the catalogue: too long words are cut, impossible values go.

    An inventory number is there only if it is told.
    """
    values: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, str):
            text = plain(value) if name != "source_url" else value
            text = " ".join(text.split()) if name in _ONE_LINE else text
            values[name] = _clipped(text, _longest(name)) if name in _CLIPPED else text
        else:
            values[name] = value
    for name in values.keys() & {"source_url", "year", "width_cm", "height_cm", "depth_cm"}:
        try:
            said = values[name]
            values[name] = cells.parse(name, "" if said is None else str(said))
        except cells.CellError:
            values[name] = "" if name == "source_url" else None
    # Who names no number says nothing against the one that is here; half a number is none.
    number = values.pop("accession_number", "")
    if 0 < len(number) <= _longest("accession_number"):
        values["accession_number"] = number
    values["title"] = values.get("title") or "Untitled"
    values["artist"] = values.get("artist") or UNKNOWN_ARTIST
    return cast(Facts, values)


def storable(record: Record) -> Record:
    """Return the record without what no database takes: NULs and halves of characters."""
    values = {name: _storable(value) for name, value in asdict(record).items()}
    return Record(**{**values, "facts": {k: _storable(v) for k, v in record.facts.items()}})


def smaller(url: str) -> str:
    """Return where a picture lies some 330 pixels wide, by IIIF or on Wikimedia Commons; or "".

    The widths are ones that both kinds of servers keep or make without enlarging most pictures.
    """
    if found := _IIIF_IMAGE.fullmatch(url):
        return f"{found[1]}/full/{PREVIEW_WIDTH},/0/{found[2]}"
    if found := _COMMONS_THUMB.fullmatch(url):
        return f"{found[1]}{PREVIEW_WIDTH}px-{found[2]}"
    return ""


def year_of(text: str) -> int | None:
    """Return the first year that a date in words names: "ca. 1887–90" gives 1887."""
    if found := re.search(r"(?<!\d)(\d{3,4})(?!\d)", _THOUSANDS.sub("", text)):
        return -int(found[1]) if _BEFORE_CHRIST.search(text) else int(found[1])
    return None


def year_of_time(time: str) -> int | None:
    """Return the year of a time such as "-0450-01-01T00:00:00Z"."""
    year = year_of(time.lstrip("-").partition("-")[0])
    return -year if year is not None and time.startswith("-") else year


def name_of(text: str) -> str:
    """Return the name in a line on a maker: "Grant Wood (American, 1891–1942)" gives "Grant Wood".

    What follows on further lines, and the years of a life with all behind them, is left out.
    """
    return _LIFE.sub("", text.strip().partition("\n")[0]).strip()


def dimensions(text: str) -> Facts:
    """Return height and width, perhaps depth, from "81.3 × 64.8 cm (32 × 25 1/2 in.)"."""
    found = _DIMENSIONS.search(text)
    if not found:
        return Facts()
    names = ("height_cm", "width_cm", "depth_cm")
    sizes = [Decimal(size.replace(",", ".")) for size in found.groups() if size]
    return cast(Facts, dict(zip(names, sizes, strict=False)))


def moment(text: object) -> datetime | None:
    """Return the time that an ISO text names, in UTC where it does not say."""
    try:
        value = datetime.fromisoformat(str(text).strip().replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return value if timezone.is_aware(value) else value.replace(tzinfo=UTC)


def credit(parts: Iterable[str]) -> str:
    """Join what is to be credited, each thing once, as far as whole parts fit."""
    line = ""
    for part in dict.fromkeys(" ".join(plain(part).split()) for part in parts):
        longer = f"{line}. {part}" if line and not line.endswith(".") else f"{line} {part}".strip()
        if part and part not in line and len(longer) <= _longest("credit_line"):
            line = longer
    return line


def longest_credit() -> int:
    """Return how many characters of a required statement can be shown."""
    return _longest("credit_line")


def _storable(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _longest(name: str) -> int:
    field: Any = {
        "artist": Artist._meta.get_field("name"),
        "artist_bio": Artist._meta.get_field("bio"),
    }.get(name) or Artwork._meta.get_field(name)
    return int(field.max_length or LONGEST_TEXT)


def _clipped(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
