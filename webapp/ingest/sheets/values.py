"""One row of a mapped table: from texts as people write them to checked facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from webapp.catalog.facts import Facts
from webapp.ingest import cells
from webapp.ingest.sheets.guessing import DIMENSIONS, FILE
from webapp.ingest.sources.cleaning import dimensions, year_of

_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_CODE: Final = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")
_MARKS: Final = re.compile(r"[\W_]+")
_UNDATED: Final = frozenset(
    {"0", "0000", "nd", "sd", "sf", "oj", "undated", "undatiert", "ohnejahr", "sinfecha"}
)
"""How catalogues say that a work has no date."""
_LENGTHS: Final = frozenset({"width_cm", "height_cm", "depth_cm"})


@dataclass(frozen=True, slots=True)
class Read:
    """What a row says."""

    file: str
    facts: Facts
    problems: tuple[tuple[str, str], ...]
    """The column and why its cell cannot be used; the others can."""


def read_row(columns: Sequence[str], values: Sequence[str], mapping: Mapping[str, str]) -> Read:
    """Return what a row says by a mapping of columns; an empty cell says nothing."""
    facts: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    file = ""
    for place, target in mapping.items():
        column, text = columns[int(place)], values[int(place)]
        if target == FILE:
            file = text
        elif text:
            try:
                facts.update(_said(target, text, column))
            except cells.CellError as error:
                problems.append((column, str(error)))
    if facts.get("price") is not None and not facts.get("currency"):
        del facts["price"]
        problems.append(("price", "A price needs a currency, such as EUR."))
    return Read(file, cast(Facts, facts), tuple(problems))


def _said(target: str, text: str, column: str) -> dict[str, Any]:
    if target == DIMENSIONS:
        return _dimensions(text, column)
    if target == "price":
        return _price(text, column)
    if target == "year":
        return {} if _MARKS.sub("", text.lower()) in _UNDATED else {"year": _year(text)}
    if target in _LENGTHS:
        text = text.lower().removesuffix("cm").strip().replace(",", ".")
    return {target: cells.parse(target, text)}


def _year(text: str) -> int | None:
    """Read "1907", and the year of "c. 1907" or "31.5.1907"."""
    try:
        value: int | None = cells.parse("year", text)
    except cells.CellError:
        year = year_of(text)
        if year is None:
            raise
        value = cells.parse("year", str(year))
    return value


def _dimensions(text: str, column: str) -> dict[str, Any]:
    plain = re.sub(r"(?<=\d),(?=\d)", ".", text)
    in_cm = "cm" in column.lower() and "cm" not in plain.lower()
    facts = dimensions(f"{plain} cm" if in_cm else plain)
    if not facts:
        raise cells.CellError(f"{text!r} are no dimensions; write height x width, as 40 x 60 cm.")
    return {name: cells.parse(name, str(value)) for name, value in facts.items()}


def _price(text: str, column: str) -> dict[str, Any]:
    """Read "1250.50", "EUR 1.250,50" and "$1,250"; a currency may stand in the column's name."""
    number = re.sub(r"[^\d.,]", "", text).strip(".,")
    if "," in number and ("." not in number or number.rfind(",") > number.rfind(".")):
        whole, _, rest = number.rpartition(",")
        # "1,250" is a thousand and more; "1250,5" is not.
        decimals = len(rest) != 3 or "." in whole
        number = re.sub(r"[.,]", "", whole) + (f".{rest}" if decimals else rest)
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+", number):
        number = number.replace(".", "")
    else:
        number = number.replace(",", "")
    if "-" in text or not number:
        number = text  # the sentence shall show what was written
    price: Decimal | None = cells.parse("price", number)
    currency = _currency(text) or _currency(column)
    return {"price": price, **({"currency": currency} if currency else {})}


def _currency(text: str) -> str:
    if code := _CODE.search(text):
        return code[1]
    return next((code for sign, code in _SIGNS.items() if sign in text), "")
