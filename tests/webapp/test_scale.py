"""How large a work is, drawn and told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.webapp.makers import make_artwork
from webapp.catalog import scale
from webapp.catalog.models import Artwork

pytestmark = pytest.mark.django_db


def work(width: str, height: str, depth: str | None = None) -> Artwork:
    made = make_artwork(width=round(100 * float(width)), height=round(100 * float(height)))
    made.width_cm, made.height_cm = Decimal(width), Decimal(height)
    made.depth_cm = Decimal(depth) if depth else None
    return made


def drawn(width: str, height: str, depth: str | None = None) -> scale.Scene:
    scene = scale.scene(work(width, height, depth))
    assert scene is not None
    return scene


SIZES = [("0.5", "0.8"), ("5", "6.5"), ("30", "20"), ("36", "37"), ("60", "80"), ("45", "540")]
SIZES += [("840", "70"), ("1200", "900"), ("30", "45")]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("depth", [None, "28"])
def test_everything_lies_within_the_drawing_at_one_scale(
    width: str, height: str, depth: str | None
) -> None:
    scene = drawn(width, height, depth)

    for box in (scene.picture, scene.bench, scene.plinth):
        if box is not None:
            assert 0 <= box.x <= box.x + box.width <= scene.width
            assert 0 <= box.y <= box.y + box.height <= scene.height
    assert (scene.picture.width, scene.picture.height) == (float(width), float(height))
    assert not scene.framed
    tall = 24.0 if scene.kind == "hand" else scale.PERSON
    assert scene.figure[1] - tall >= 0
    assert scene.figure[1] <= scene.height
    assert scene.figure[0] < scene.picture.x


def test_the_measure_is_chosen_by_the_size() -> None:
    assert drawn("5", "6").kind == "hand"
    assert drawn("36", "20").kind == "hand"
    assert drawn("36.1", "20").kind == "person"
    assert drawn("60", "80").bench is None
    assert drawn("300", "80").bench is not None
    assert drawn("30", "45", "28").plinth is not None
    assert drawn("60", "40", "3").plinth is None


def test_pictures_hang_with_their_middle_at_the_height_of_eyes() -> None:
    scene = drawn("60", "80")

    assert scene.floor is not None
    assert scene.floor - (scene.picture.y + 40) == scale.EYES


def test_a_sculpture_stands_on_something() -> None:
    for height in ("40", "110", "300"):
        scene = drawn("40", height, "35")
        assert scene.plinth is not None
        assert scene.plinth.y == pytest.approx(scene.picture.y + scene.picture.height)
        assert scene.plinth.y + scene.plinth.height == pytest.approx(scene.floor)


def test_a_photograph_of_another_shape_is_told() -> None:
    artwork = work("60", "80")
    artwork.height_cm = Decimal(40)

    scene = scale.scene(artwork)

    assert scene is not None
    assert scene.framed


@pytest.mark.parametrize(("width", "height"), [("0", "40"), ("40", "0")])
def test_without_a_size_nothing_is_drawn_or_said(width: str, height: str) -> None:
    artwork = make_artwork()
    assert scale.scene(artwork) is None
    artwork.width_cm, artwork.height_cm = Decimal(width), Decimal(height)

    assert scale.scene(artwork) is None
    assert scale.words(artwork) == ""


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        ("5", "6", "palm of a hand"),
        ("14", "12", "A little smaller than a hand."),
        ("18", "18", "About as large as a hand."),
        ("30", "20", "held in both hands"),
        ("60", "24", "Small beside a person"),
        ("60", "85", "About half the height of a person."),
        ("60", "170", "About as tall as a person."),
        ("60", "200", "A little taller than a person."),
        ("60", "255", "About 1.5 times the height of a person."),
        ("60", "340", "About 2 times the height of a person."),
        ("340", "170", "About as tall as a person. As wide as 2 people with outstretched arms"),
    ],
)
def test_the_size_is_told_beside_a_person(width: str, height: str, said: str) -> None:
    assert said in scale.words(work(width, height))
