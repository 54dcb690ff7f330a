"""Cells as people write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from webapp.ingest.sheets.values import read_row


def said(target: str, text: str, column: str = "x") -> dict[str, Any]:
    return dict(read_row([column], [text], {"0": target}).facts)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("1250.5", "1250.50"),
        ("€ 1.250,50", "1250.50"),
        ("1,250.50 EUR", "1250.50"),
        ("$1,250", "1250.00"),
        ("1250,5", "1250.50"),
        ("EUR 1.250.000", "1250000.00"),
        ("€ 1.250", "1250.00"),
        ("CHF 1'250.00", "1250.00"),
    ],
)
def test_prices_are_read_as_the_world_writes_them(text: str, price: str) -> None:
    assert said("price", text, "Price (EUR)")["price"] == Decimal(price)


@pytest.mark.parametrize(
    ("text", "column", "currency"),
    [
        ("12 USD", "price", "USD"),
        ("£12", "price", "GBP"),
        ("12", "Preis (CHF)", "CHF"),
        ("12", "Precio €", "EUR"),
    ],
)
def test_the_currency_stands_beside_the_price_or_in_the_columns_name(
    text: str, column: str, currency: str
) -> None:
    assert said("price", text, column)["currency"] == currency


def test_a_price_without_a_currency_is_passed_over_and_told() -> None:
    read = read_row(["price", "title"], ["12", "A"], {"0": "price", "1": "title"})

    assert read.facts == {"title": "A"}
    assert read.problems == (("price", "A price needs a currency, such as EUR."),)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("40 x 60,5 cm", "size"),
        ("40 × 60.5", "Dimensions (cm)"),
        ("40 cm x 60.5 cm", "size"),
    ],
)
def test_dimensions_are_height_and_width(text: str, column: str) -> None:
    facts = said("dimensions", text, column)

    assert facts == {"height_cm": Decimal("40.0"), "width_cm": Decimal("60.5")}


@pytest.mark.parametrize(
    ("text", "year"), [("1907", 1907), ("c. 1907", 1907), ("31.5.1907", 1907), ("1905–07", 1905)]
)
def test_dates_give_a_year(text: str, year: int) -> None:
    assert said("year", text) == {"year": year}


@pytest.mark.parametrize("text", ["n.d.", "o. J.", "s/f", "Undated", "sin fecha", "0"])
def test_a_work_without_a_date_is_no_mistake(text: str) -> None:
    assert said("year", text) == {}


def test_a_cell_that_cannot_be_used_keeps_the_rest() -> None:
    mapping = {"0": "year", "1": "title", "2": "dimensions"}

    read = read_row(["when", "title", "size"], ["soon", "A", "big"], mapping)

    assert read.facts == {"title": "A"}
    assert [column for column, _ in read.problems] == ["when", "size"]


def test_empty_cells_say_nothing() -> None:
    assert said("title", "") == {}
