"""Names for neighbourhoods: what distinguishes them, readable, no two alike."""

from __future__ import annotations

import numpy as np
import pytest

from artrec.atlas.naming import propose
from artrec.errors import ShapeError

LABELS = np.repeat([0, 1, 2], 40)
FINER = np.repeat(np.arange(6), 20)


def said(*values: str | None, each: int = 40) -> list[tuple[str, ...]]:
    """One value for so many works in a row."""
    return [(value,) if value else () for value in values for _ in range(each)]


def test_a_name_says_what_is_said_of_these_works_and_not_of_the_others() -> None:
    facts = {
        "style": said("Impressionism", "Cubism", "Impressionism"),
        "colour": said("blue", "brown", "green"),
        "words": said("harbour", None, "garden"),
        "medium": said("Oil on canvas", "Oil on canvas", "Oil on canvas"),
    }

    names = propose([LABELS], facts)[0]

    assert [name.text for name in names] == ["Blue harbour", "Brown Cubism", "Green garden"]
    harbour = next(word for word in names[0].words if word.value == "harbour")
    assert (harbour.facet, harbour.inside, harbour.outside) == ("words", 1.0, 0.0)


def test_a_part_says_what_sets_it_apart_within_its_whole() -> None:
    facts = {
        "style": said("Baroque", "Cubism", "Symbolism"),
        "tone": said("dark", "light", None, "light", "dark", "light", each=20),
    }

    coarse, fine = propose([LABELS, FINER], facts)

    assert [name.text for name in coarse] == ["Baroque", "Cubism", "Symbolism"]
    assert fine[0].text == "Dark"
    assert "Baroque" not in fine[1].text.split()
    assert len({name.text for name in [*coarse, *fine]}) == 9


def test_one_or_the_other_makes_a_name_where_neither_is_most() -> None:
    blue_or_green = [("blue",), ("green",)] * 20

    names = propose([LABELS], {"colour": [*blue_or_green, *said("brown", "red")]})[0]

    assert [name.text for name in names] == ["Blue and green", "Brown", "Red"]
    assert names[0].words[0].inside == 1.0


def test_what_is_true_of_few_makes_no_name() -> None:
    some = [("Fauvism",) if row % 4 == 0 else () for row in range(40)]

    names = propose([LABELS], {"style": [*some, *said(None, "Cubism")]})[0]

    assert [name.text for name in names] == ["Mixed", "Mixed 2", "Cubism"]


def test_a_name_that_is_taken_is_told_from_it_by_one_word_more() -> None:
    facts = {
        "colour": said("red", "green", each=60),
        "character": said("vivid", None, None, "vivid", None, None, each=20),
        "medium": said("Oil", "Ink", each=60),
    }

    names = propose([np.repeat([0, 1], 60), np.repeat([0, 1, 2, 3, 4, 5], 20)], facts)

    assert names[1][0].text == "Vivid"
    assert names[1][3].text != "Vivid"
    assert "vivid" in names[1][3].text.lower()


def test_no_two_names_are_alike() -> None:
    labels = np.repeat(np.arange(12), 10)

    names = propose([labels // 4, labels], {"style": said("Baroque", "Symbolism", each=1) * 60})

    assert len({name.text for layer in names for name in layer}) == 15


def test_a_whole_that_has_one_part_is_told_from_all_others_twice() -> None:
    facts = {
        "style": said("Baroque", "Cubism", "Cubism"),
        "colour": said("brown", "grey", "blue"),
    }

    coarse, fine = propose([np.repeat([0, 1], [40, 80]), LABELS], facts)

    assert coarse[0].text == "Brown Baroque"
    assert fine[0].text == "Brown Baroque, mixed"
    assert [name.text for name in fine[1:]] == ["Grey", "Blue"]


def test_without_facts_names_are_numbered() -> None:
    names = propose([LABELS], {"style": said(None, None, None)})[0]

    assert [name.text for name in names] == ["Mixed", "Mixed 2", "Mixed 3"]
    assert names[0].words == ()


def test_facts_must_fit_the_works() -> None:
    with pytest.raises(ShapeError, match="'style' says something of 3 works, not 120"):
        propose([LABELS], {"style": said("a", "b", "c", each=1)})
    with pytest.raises(ShapeError, match="no facet 'mood'"):
        propose([LABELS], {"mood": said("a", "b", "c")})
