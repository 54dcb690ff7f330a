"""What is said of pictures by their tiny copies."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.atlas.looks import MEASURES, looks, measured

Picture = NDArray[np.uint8]
GREY = (119, 119, 119)


def field(colour: tuple[int, int, int], height: int = 15, width: int = 20) -> Picture:
    return np.full((height, width, 3), colour, dtype=np.uint8)


def among_greys(picture: Picture) -> set[str]:
    """What is said of one picture among nine that are grey, and not of those."""
    measures = np.stack([measured(picture), *[measured(field(GREY))] * 9])
    said = looks(measures)
    of_greys = {word for words in said.values() for word in words[1]}
    return {word for words in said.values() for word in words[0]} - of_greys


def halves(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Picture:
    return np.concatenate([field(upper), field(lower)])


def framed(middle: tuple[int, int, int], edge: tuple[int, int, int]) -> Picture:
    picture = field(edge, 20, 20)
    picture[5:15, 5:15] = middle
    return picture


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (field((20, 20, 20)), {"dark"}),
        (field((230, 230, 230)), {"light"}),
        (field((230, 60, 30)), {"vivid", "warm"}),
        (halves((220, 220, 220), (60, 60, 60)), {"light above"}),
        (halves((60, 60, 60), (220, 220, 220)), {"light below"}),
        (framed((220, 220, 220), (90, 90, 90)), {"on a dark ground"}),
        (framed((90, 90, 90), (220, 220, 220)), {"light", "on a light ground"}),
        (halves((230, 60, 30), (30, 60, 230)), {"many-coloured", "vivid"}),
    ],
)
def test_a_picture_is_called_what_it_looks_like(picture: Picture, words: set[str]) -> None:
    assert words <= among_greys(picture)


def test_greys_are_black_and_white() -> None:
    said = looks(np.stack([measured(field(GREY)), *[measured(field((200, 120, 40)))] * 9]))

    assert {"black-and-white", "monochrome", "muted"} <= set(said["character"][0])
    assert "black-and-white" not in said["character"][1]


def test_a_dark_picture_is_dark_only_where_it_is_among_the_darkest() -> None:
    shades = [measured(field((shade, shade, shade))) for shade in range(10, 90, 4)]

    said = looks(np.stack(shades))["tone"]

    assert [words == ("dark",) for words in said] == [True] * 5 + [False] * 15


def test_the_smallest_picture_has_looks() -> None:
    assert np.isfinite(measured(field(GREY, 1, 1))).all()


def test_nothing_is_said_of_a_picture_that_is_not_known() -> None:
    unknown = np.full((2, MEASURES), np.nan, dtype=np.float32)
    unknown[1] = measured(field((20, 20, 20)))

    said = looks(unknown)

    assert all(words[0] == () for words in said.values())
    assert looks(unknown[:1])["tone"] == [()]
