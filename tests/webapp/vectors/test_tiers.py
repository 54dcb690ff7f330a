from __future__ import annotations

import numpy as np
import pytest

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.conditions import Condition
from webapp.catalog.models import Artwork
from webapp.vectors.tiers import nearest_in_tiers

pytestmark = pytest.mark.django_db

RIDGES = Condition("s.style = %s", ("Ridges",))
HERE = np.array([1.0, 0, 0, 0])
GRIDS = Condition("s.style = %s", ("Grids",))


def test_works_come_tier_by_tier_and_nearest_first_within() -> None:
    space = make_space()
    far, near = make_artwork(style="Ridges"), make_artwork(style="Ridges")
    nearest = make_artwork(style="Grids")
    for work, values in ((far, [0, 1, 0, 0]), (near, [1, 1, 0, 0]), (nearest, [1, 0, 0, 0])):
        place(space, work, values)

    found = nearest_in_tiers(space, HERE, [RIDGES, GRIDS], limit=10)

    assert found == [(near.pk, 0), (far.pk, 0), (nearest.pk, 1)]


def test_a_shorter_list_is_the_beginning_of_a_longer_one() -> None:
    space = make_space()
    works = [make_artwork(style=("Ridges", "Grids")[i % 2]) for i in range(7)]
    for i, work in enumerate(works):
        place(space, work, [1, i, 0, 0])

    lists = [nearest_in_tiers(space, HERE, [GRIDS, RIDGES], limit=n) for n in range(9)]

    assert [len(each) for each in lists] == [0, 1, 2, 3, 4, 5, 6, 7, 7]
    assert all(lists[-1][: len(each)] == each for each in lists)


def test_what_has_no_vector_ends_its_tier_and_what_is_withdrawn_stays_out() -> None:
    space = make_space()
    bare, seen = make_artwork(style="Ridges"), make_artwork(style="Ridges")
    gone = make_artwork(style="Ridges", state=Artwork.State.WITHDRAWN)
    other = make_artwork(style="Grids")
    for work in (seen, gone, other):
        place(space, work, [1, 0, 0, 0])

    found = nearest_in_tiers(space, HERE, [RIDGES, GRIDS], limit=10)

    assert found == [(seen.pk, 0), (bare.pk, 0), (other.pk, 1)]


def test_conditions_hold_in_every_tier() -> None:
    space = make_space()
    wanted = make_artwork(style="Grids", availability="sold")
    for style in ("Ridges", "Grids"):
        make_artwork(style=style)

    found = nearest_in_tiers(
        space,
        HERE,
        [RIDGES, GRIDS],
        [Condition("s.availability = %s", ("sold",))],
        limit=10,
    )

    assert found == [(wanted.pk, 1)]
