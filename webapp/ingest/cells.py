"""The cells of a metadata table: from text to checked values, or a sentence that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from webapp.catalog.models import Artist, Artwork


class CellError(Exception):
    """A cell cannot be used; the message is a sentence for whoever wrote the table."""


def parse(column: str, text: str) -> Any:
    """Return the value of a cell of a known column.

    Raises:
        CellError: If the text does not fit the column.
    """
    return COLUMNS[column](text.strip())


def _text(column: str) -> Callable[[str], str]:
    field = {
        "artist": Artist._meta.get_field("name"),
        "artist_bio": Artist._meta.get_field("bio"),
    }.get(column) or Artwork._meta.get_field(column)
    longest: int | None = getattr(field, "max_length", None)

    def check(text: str) -> str:
        if "\0" in text:
            raise CellError("The text holds a NUL character; remove it.")
        if longest is not None and len(text) > longest:
            raise CellError(f"The text has {len(text)} characters; at most {longest} fit.")
        return text

    return check


def _name(column: str) -> Callable[[str], str]:
    check = _text(column)
    return lambda text: check(" ".join(text.split()))


def _year(text: str) -> int | None:
    if not text:
        return None
    latest = timezone.now().year + 1
    if not re.fullmatch(r"-?[0-9]{1,4}", text) or int(text) > latest or not int(text):
        raise CellError(
            f"{text!r} is not a year; write a whole number up to {latest}, such as 1907."
        )
    return int(text)


def _number(column: str) -> Callable[[str], Decimal | None]:
    field: Any = Artwork._meta.get_field(column)
    step = Decimal(1).scaleb(-field.decimal_places)
    limit = Decimal(10) ** (field.max_digits - field.decimal_places)
    lowest = "0 or more" if column == "price" else "more than 0"

    def check(text: str) -> Decimal | None:
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise CellError(f"{text!r} is not a number; write it like 1250.50, without a unit.")
        if value < 0 or value >= limit or (column != "price" and value == 0):
            raise CellError(f"{text} is out of range; it must be {lowest} and below {limit}.")
        return value.quantize(step, ROUND_HALF_UP)

    return check


def _currency(text: str) -> str:
    code = text.upper()
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise CellError(f"{text!r} is not a currency; write three letters such as EUR.")
    return code


def _url(text: str) -> str:
    try:
        if text:
            URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise CellError(
            f"{text!r} is not a web address; write it with https:// in front."
        ) from None
    return _text("source_url")(text)


def _availability(text: str) -> str:
    value = re.sub(r"[ -]+", "_", text.lower())
    if value not in Artwork.Availability.values:
        allowed = ", ".join(Artwork.Availability.values)
        raise CellError(f"{text!r} is no availability; write one of {allowed}.")
    return value


def _flag(text: str) -> bool:
    if text.lower() in {"yes", "true", "1"}:
        return True
    if text.lower() in {"no", "false", "0"}:
        return False
    raise CellError(f"{text!r} is neither yes nor no.")


def _time(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise CellError(f"{text!r} is not a date; write it like 2024-05-31.") from None
    return value if timezone.is_aware(value) else value.replace(tzinfo=UTC)


COLUMNS: Final[dict[str, Callable[[str], Any]]] = {
    "title": _name("title"),
    "artist": _name("artist"),
    "artist_bio": _text("artist_bio"),
    "year": _year,
    "medium": _text("medium"),
    "style": _text("style"),
    "width_cm": _number("width_cm"),
    "height_cm": _number("height_cm"),
    "depth_cm": _number("depth_cm"),
    "price": _number("price"),
    "currency": _currency,
    "description": _text("description"),
    "rights": _text("rights"),
    "credit_line": _text("credit_line"),
    "accession_number": _name("accession_number"),
    "source_url": _url,
    "availability": _availability,
    "one_of_a_kind": _flag,
    "added": _time,
}

BLANK_MEANS_UNSAID: Final = frozenset({"availability", "one_of_a_kind", "added"})
"""An empty cell of these leaves the work as it is; of the others it means "empty"."""
