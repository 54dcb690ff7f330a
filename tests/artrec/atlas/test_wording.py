"""Facts of the catalogue in words, and words as a name that reads well."""

from __future__ import annotations

import pytest

from artrec.atlas.wording import Word, fit, periods, short, text_of, title_words


def word(facet: str, value: str, inside: float = 1.0) -> Word:
    return Word(facet, value, inside, 0.0)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([("style", "Baroque"), ("tone", "dark"), ("colour", "brown")], "Dark brown Baroque"),
        ([("orientation", "wide"), ("colour", "green and blue")], "Green and blue, wide"),
        ([("ground", "on a dark ground"), ("style", "Baroque")], "Baroque on a dark ground"),
        ([("ground", "on a dark ground")], "On a dark ground"),
        ([("light", "light above"), ("style", "Romanticism")], "Romanticism, light above"),
        ([("words", "harbour"), ("style", "Impressionism")], "Impressionism, harbour"),
        ([("medium", "Watercolour"), ("artist", "Ana Ruiz")], "In watercolour, by Ana Ruiz"),
        ([("period", "1880s"), ("style", "Impressionism")], "Impressionism, 1880s"),
    ],
)
def test_words_are_read_in_their_order(words: list[tuple[str, str]], text: str) -> None:
    assert text_of([word(*each) for each in words]) == text


def test_works_are_by_an_artist_only_where_most_of_them_are() -> None:
    style = word("style", "Impressionism")

    assert text_of([style, word("artist", "Monet", 0.9)]) == "Impressionism by Monet"
    assert text_of([style, word("artist", "Monet", 0.3)]) == "Impressionism around Monet"


@pytest.mark.parametrize(
    "said",
    [
        [("style", "Baroque"), ("style", "Cubism")],
        [("tone", "dark"), ("colour", "black")],
        [("colour", "green"), ("light", "green below")],
        [("tone", "light"), ("character", "cool"), ("colour", "blue")],
        [("colour", "green and blue"), ("style", "Baroque and Cubism")],
    ],
)
def test_nothing_is_said_twice_and_not_too_much(said: list[tuple[str, str]]) -> None:
    assert not fit(said)
    assert fit(said[:1])


def test_small_words_make_no_name_long() -> None:
    assert short("Dark brown Baroque on a dark ground")
    assert not short("Dark brown Art Nouveau Modern, upright")


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (1873, ("19th century", "1870s")),
        (1900, ("19th century", "1900s")),
        (2001, ("21st century", "2000s")),
        (1111, ("12th century",)),
        (1, ("1st century",)),
        (-99, ("1st century BC",)),
        (-450, ("5th century BC",)),
    ],
)
def test_a_year_lies_in_a_century_and_if_not_long_ago_in_a_decade(
    year: int, said: tuple[str, ...]
) -> None:
    assert periods(year) == said


def test_words_of_titles_say_what_is_to_be_seen() -> None:
    assert title_words("The Harbour of Le Havre, 1873, study II") == ("harbour", "havre")
