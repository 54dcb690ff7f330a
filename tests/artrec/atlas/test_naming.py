"""Names for neighbourhoods: what distinguishes them, readable, no two alike."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.atlas.naming import propose
from artrec.errors import ShapeError

LABELS = np.repeat([0, 1, 2], 40)


def said(*values: str | None) -> list[str | None]:
    """One value for all works of each neighbourhood."""
    return [value for value in values for _ in range(40)]


def test_a_name_says_what_is_said_of_these_works_and_not_of_the_others() -> None:
    facts = {
        "style": said("Impressionism", "Cubism", "Impressionism"),
        "colour": said("blue", "brown", "green"),
        "words": said("The Harbour, 1873", "Untitled II", "A study of the garden"),
        "medium": said("Oil on canvas", "Oil on canvas", "Oil on canvas"),
    }

    names = propose(LABELS, facts)

    assert [name.text for name in names] == [
        "Blue Impressionism, harbour",
        "Brown Cubism",
        "Green Impressionism, garden",
    ]
    harbour = next(word for word in names[0].words if word.value == "harbour")
    assert (harbour.facet, harbour.inside, harbour.outside) == ("words", 1.0, 0.0)


def test_a_medium_and_an_artist_are_read_as_such() -> None:
    facts = {
        "medium": said("Watercolour", "Oil", "Oil"),
        "artist": said("Ana Ruiz", None, "Li Wei"),
        "colour": said("red", "red", "red"),
    }

    names = [name.text for name in propose(LABELS, facts)]

    assert names[0] == "In watercolour, by Ana Ruiz"
    assert names[2].endswith("by Li Wei")


def test_colour_alone_makes_a_name() -> None:
    names = propose(LABELS, {"colour": said("blue", "red", "green")})

    assert [name.text for name in names] == ["Mostly blue", "Mostly red", "Mostly green"]


def test_no_two_names_are_alike() -> None:
    names = propose(np.repeat(np.arange(12), 10), {"style": ["Baroque", "Symbolism"] * 60})

    assert len({name.text for name in names}) == 12


def test_a_word_said_once_does_not_name_a_neighbourhood() -> None:
    titles: list[str | None] = [None] * 120
    titles[0] = "Zeppelin"

    assert all("eppelin" not in name.text for name in propose(LABELS, {"words": titles}))


def test_without_facts_names_are_numbered() -> None:
    names = propose(LABELS, {"style": said(None, None, None)})

    assert [name.text for name in names] == ["Mixed", "Mixed 2", "Mixed 3"]
    assert names[0].words == ()


def test_facts_must_fit_the_works() -> None:
    with pytest.raises(ShapeError, match="'style' says something of 3 works, not 120"):
        propose(LABELS, {"style": ["a", "b", "c"]})
    with pytest.raises(ShapeError, match="no facet 'mood'"):
        propose(LABELS, {"mood": said("a", "b", "c")})
