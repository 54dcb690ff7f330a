"""A taste in words: only what the evidence carries."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork
from webapp.quiz.result import Picked, leanings

pytestmark = pytest.mark.django_db


def test_a_style_chosen_whenever_it_was_there_is_a_leaning() -> None:
    picked = [_picked("Waves", ["Grids", "Faces", "Ridges"]) for _ in range(4)]

    found = leanings(picked)

    styles = [lean for lean in found if lean.kind == "style"]
    assert [lean.words for lean in styles] == ["Waves"]
    assert styles[0].offered == 4
    assert styles[0].works == tuple(each.chosen for each in picked)


def test_a_style_that_was_merely_shown_often_is_none() -> None:
    picked = [_picked("Waves", ["Waves", "Waves", "Grids"]) for _ in range(4)]

    assert not [lean for lean in leanings(picked) if lean.kind == "style"]


def test_two_choices_are_too_few_to_speak_of() -> None:
    assert leanings([_picked("Waves", ["Grids", "Faces", "Ridges"]) for _ in range(2)]) == ()


def test_the_darkest_of_each_is_a_leaning_to_the_dark() -> None:
    picked = [
        _picked("Waves", ["Waves"] * 3, lab=(20.0, 0.0, 0.0), others=(60.0 + n, 0.0, 0.0))
        for n in range(6)
    ]

    found = leanings(picked)

    assert [lean.words for lean in found if lean.kind == "lightness"] == ["darker pictures"]
    assert not [lean for lean in found if lean.kind == "colourfulness"]


def test_strong_colours_and_the_colour_itself_are_named() -> None:
    picked = [
        _picked("Waves", ["Waves"] * 3, lab=(50.0, 50.0, 20.0), others=(50.0, 2.0, 1.0))
        for _ in range(6)
    ]
    for each in picked:
        each.chosen.image.colours = ["red"]

    words = {lean.kind: lean.words for lean in leanings(picked)}

    assert words == {"colourfulness": "strong colours", "colour": "red"}


def test_nothing_chosen_leans_nowhere() -> None:
    assert leanings([]) == ()


def _picked(
    style: str,
    beside: Sequence[str],
    *,
    lab: tuple[float, float, float] = (50.0, 0.0, 0.0),
    others: tuple[float, float, float] = (50.0, 0.0, 0.0),
) -> Picked:
    chosen = _work(style, lab)
    return Picked(chosen, (chosen, *(_work(each, others) for each in beside)))


def _work(style: str, lab: tuple[float, float, float]) -> Artwork:
    work = make_artwork(style=style)
    work.image.palette = [{"hex": "#888888", "lab": list(lab), "share": 1.0}]
    work.image.colours = []
    return work
