"""Facts of works as each language writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from webapp.catalog import offering, words


@pytest.mark.parametrize(
    ("amount", "currency", "english", "spanish"),
    [
        ("1200", "EUR", "€1,200", "1 200 €"),
        ("1200.50", "USD", "$1,200.50", "1 200,50 $"),
        ("90", "CHF", "CHF 90", "90 CHF"),
        ("90", "", "90", "90"),
    ],
)
def test_prices_are_written_as_the_language_writes_them(
    amount: str, currency: str, english: str, spanish: str
) -> None:
    assert words.money(Decimal(amount), currency) == english

    with translation.override("es"):
        assert words.money(Decimal(amount), currency).replace("\xa0", " ") == spanish


def test_lengths_have_the_comma_of_the_language_and_no_zeros_at_their_end() -> None:
    assert [words.length(Decimal(each)) for each in ("60.0", "60.5", "1200")] == [
        "60",
        "60.5",
        "1200",
    ]

    with translation.override("es"):
        assert words.length(Decimal("60.5")) == "60,5"


def test_facets_are_offered_in_the_language_and_mean_the_same() -> None:
    values = {
        "period": "1880-1889",
        "price": "EUR100-249.99",
        "size": "small",
        "orientation": "landscape",
        "colour": "teal",
        "availability": "sold",
        "style": "Ridges",
    }

    with translation.override("es"):
        labels = {name: offering.label(name, value) for name, value in values.items()}

    assert {name: label.replace("\xa0", " ") for name, label in labels.items()} == {
        "period": "Década de 1880",
        "price": "100 € a 250 €",
        "size": "Pequeño, menos de 40 cm",
        "orientation": "Horizontal",
        "colour": "Verde azulado",
        "availability": "Vendida",
        "style": "Ridges",
    }
