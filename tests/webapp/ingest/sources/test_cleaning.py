"""What museums write of dates, sizes and makers, in the odd forms that there are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from webapp.ingest.sources.cleaning import dimensions, name_of, smaller, year_of, year_of_time


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("ca. 1887–90", 1887),
        ("probably 1870s", 1870),
        ("ca. 350–325 B.C.", -350),
        ("3,300 BCE", -3300),
        ("ca. 10,000 B.C.", None),
        ("June 5, 1889", 1889),
        ("19th century", None),
        ("n.d.", None),
    ],
)
def test_the_first_year_of_a_date_in_words_is_read(text: str, year: int | None) -> None:
    assert year_of(text) == year


@pytest.mark.parametrize(
    ("time", "year"),
    [("1642-12-31T23:59:59Z", 1642), ("-0450-01-01T00:00:00Z", -450), ("", None)],
)
def test_the_year_of_a_time_is_read(time: str, year: int | None) -> None:
    assert year_of_time(time) == year


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("32 × 25 1/2 in. (81.3 × 64.8 cm)", ["81.3", "64.8"]),
        ("81,3 x 64,8 cm", ["81.3", "64.8"]),
        ("overall: 42.6 × 15.9 × 20.5 cm (16 3/4 × 6 1/4 × 8 1/16 in.)", ["42.6", "15.9", "20.5"]),
        ("diameter: 9 cm", []),
    ],
)
def test_sizes_in_centimetres_are_read(text: str, sizes: list[str]) -> None:
    assert list(dimensions(text).values()) == [Decimal(size) for size in sizes]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Georges Seurat\nFrench, 1859–1891", "Georges Seurat"),
        ("Grant Wood (American, 1891–1942)", "Grant Wood"),
        ("Odilon Redon, 1840-1916", "Odilon Redon"),
        ("Joseph Mallord William Turner, 1775–1851, British", "Joseph Mallord William Turner"),
        ("Rembrandt van Rijn, Govert Flinck", "Rembrandt van Rijn, Govert Flinck"),
    ],
)
def test_of_a_line_on_a_maker_the_name_is_taken(text: str, name: str) -> None:
    assert name_of(text) == name


def test_small_pictures_of_commons_are_known_for_pages_of_tiffs_too() -> None:
    folder = "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab"

    assert smaller(f"{folder}/A.jpg/1920px-A.jpg") == f"{folder}/A.jpg/330px-A.jpg"
    page = f"{folder}/A.tif/lossy-page1-1920px-A.tif.jpg"
    assert smaller(page) == f"{folder}/A.tif/lossy-page1-330px-A.tif.jpg"
