"""Orders that a room can be given."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.exhibitions import ordering

pytestmark = pytest.mark.django_db


def _work(title: str, **facts: Any) -> Artwork:
    work = make_artwork(title)
    lab = facts.pop("lab", None)
    if lab:
        work.image.palette = [{"hex": "#000000", "lab": lab, "share": 1.0}]
    for name, value in facts.items():
        setattr(work, name, value)
    return work


def test_by_colour_goes_round_the_hues_and_ends_in_grey() -> None:
    grey = _work("Grey", lab=[50.0, 1.0, 1.0])
    white = _work("White", lab=[95.0, 0.0, 0.0])
    blue = _work("Blue", lab=[40.0, 5.0, -50.0])
    red = _work("Red", lab=[50.0, 60.0, 30.0])
    yellow = _work("Yellow", lab=[85.0, 2.0, 70.0])

    order = ordering.by_colour([grey, blue, white, yellow, red])

    assert order == [each.pk for each in (red, yellow, blue, white, grey)]


def test_by_year_begins_with_the_oldest_and_ends_with_the_undated() -> None:
    undated, old, new = _work("A"), _work("B", year=-300), _work("C", year=1990)

    assert ordering.by_year([undated, new, old]) == [old.pk, new.pk, undated.pk]


def test_by_size_begins_with_the_largest() -> None:
    unknown = _work("A")
    small = _work("B", width_cm=Decimal(10), height_cm=Decimal(10))
    large = _work("C", width_cm=Decimal(90), height_cm=Decimal(20))

    assert ordering.by_size([unknown, small, large]) == [large.pk, small.pk, unknown.pk]


def test_by_look_each_work_is_near_the_one_before_it() -> None:
    space = make_space(dim=2)
    works = [make_artwork(f"Work {number}") for number in range(5)]
    for work, angle in zip(works, (0.0, 0.9, 0.3, 1.2, 0.6), strict=True):
        place(space, work, [np.cos(angle), np.sin(angle)])
    without = make_artwork("Not embedded")

    order = ordering.by_look([without, *works])

    assert order == [works[place].pk for place in (0, 2, 4, 1, 3)] + [without.pk]


def test_without_a_space_the_works_stay_as_they_hang() -> None:
    works = [make_artwork("One"), make_artwork("Two")]

    assert ordering.by_look(works) == [work.pk for work in works]


def test_a_walk_has_no_detour_that_turning_a_stretch_round_would_save() -> None:
    rng = np.random.default_rng(7)
    points = rng.normal(size=(30, 2))

    order = ordering.walk(points)

    steps = np.linalg.norm(np.diff(points[order], axis=0), axis=1).sum()
    greedy = np.linalg.norm(
        np.diff(points[ordering._nearest_first(_apart(points))], axis=0), axis=1
    ).sum()
    assert sorted(order) == list(range(30))
    assert order[0] == 0
    assert steps < greedy


def _apart(points: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    return np.linalg.norm(points[:, None] - points[None], axis=-1)
