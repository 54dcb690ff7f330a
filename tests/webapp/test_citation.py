"""Citations: as museums label, in a note of the Chicago style, in BibTeX."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.webapp.makers import make_artwork
from webapp.catalog.citation import Citation, bibtex, citations
from webapp.catalog.models import Artwork

pytestmark = pytest.mark.django_db
ADDRESS = "https://gallery.example/works/7/"
TODAY = date(2026, 11, 21)


def full() -> Artwork:
    work = make_artwork("Ridge & Sea, 100 %", artist="Élise Durand")
    work.year, work.credit_line = 1889, "Gift of a friend, 1931"
    work.width_cm, work.height_cm = Decimal("92.1"), Decimal("73.7")
    return work


def text(way: Citation) -> str:
    return f"{way.before}{way.title}{way.after}"


def test_a_work_is_cited_with_all_that_is_known() -> None:
    museum, chicago, code = citations(full(), address=ADDRESS, today=TODAY)

    assert text(museum) == (
        "Élise Durand, Ridge & Sea, 100 %, 1889. Oil on canvas, 73.7 × 92.1 cm. "
        "Gift of a friend, 1931."
    )
    assert text(chicago) == (
        "Élise Durand, Ridge & Sea, 100 %, 1889, oil on canvas, 73.7 × 92.1 cm, "
        f"Gift of a friend, 1931, {ADDRESS}."
    )
    assert museum.title == chicago.title == "Ridge & Sea, 100 %"
    assert code.code.startswith("@misc{durand1889-")


def test_the_inventory_number_ends_a_label_and_the_note() -> None:
    work = full()
    work.accession_number = "1931.4_7"

    museum, _chicago, code = citations(work, address=ADDRESS, today=TODAY)

    assert text(museum).endswith(" Gift of a friend, 1931. 1931.4_7.")
    assert r"note = {Gift of a friend, 1931. 1931.4\_7}," in code.code


def test_what_is_not_known_leaves_no_gap() -> None:
    work = make_artwork("Vase", artist="Studio Halde")
    work.medium = ""

    museum, chicago, code = citations(work, address=ADDRESS, today=TODAY)

    assert text(museum) == "Studio Halde, Vase."
    assert text(chicago) == f"Studio Halde, Vase, {ADDRESS}."
    assert "year" not in code.code.replace("urldate", "")
    assert "note" not in code.code


def test_bibtex_takes_its_own_signs_as_text() -> None:
    work = full()
    work.title = r"50 % of {A} & B_1 #2 ~ \ $"

    entry = bibtex(work, address=ADDRESS, today=TODAY)

    assert entry.startswith(f"@misc{{durand1889-{work.pk},\n")
    assert entry.count("{") == entry.count("}")
    assert r"title = {{50 \% of \{A\} \& B\_1 \#2 \textasciitilde{} \textbackslash{} \$}}" in entry
    assert "  author = {{Élise Durand}}," in entry
    assert "  url = {https://gallery.example/works/7/}," in entry
    assert "  urldate = {2026-11-21}," in entry


def test_an_artist_without_plain_letters_has_a_key_all_the_same() -> None:
    work = make_artwork(artist="葛飾北斎")

    assert bibtex(work, address=ADDRESS, today=TODAY).startswith(f"@misc{{artwork-{work.pk},")
