"""Two maps compared: who lives with whom on the other, in figures and on the page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artwork, make_space
from tests.webapp.studio.makers import make_map, make_works, node
from webapp.accounts.roles import CURATORS
from webapp.studio.flows import flows, works_between

pytestmark = pytest.mark.django_db
HOME = "/studio/maps/compare/"


@pytest.fixture
def curator() -> Client:
    return signed_in(person("carl", CURATORS))


def test_ribbons_hold_the_works_that_two_neighbourhoods_share() -> None:
    works = make_works()
    look = make_map(works)
    # The other way round, so that every neighbourhood of two is torn apart.
    taste = make_map(works[::-1], space=make_space(state="retired"), purpose="taste")

    found = flows(look, taste)

    assert found is not None
    shared = {(each.one.number, each.other.number): each.works for each in found.ribbons}
    assert shared == dict.fromkeys([(0, 2), (0, 3), (1, 2), (2, 0), (2, 1), (3, 0)], 1)
    assert (found.works, found.together, found.by_lot) == (6, 4 / 6, 2 / 6)
    assert works_between(node(look, 1, 0), node(taste, 1, 2)) == [works[1].pk]


def test_a_map_is_at_one_with_itself_and_its_columns_do_not_overlap() -> None:
    works = make_works()
    one, other = make_map(works), make_map(works, number=2)

    found = flows(one, other)

    assert found is not None
    assert found.together == 1
    assert all(each.most and each.one.number == each.other.number for each in found.ribbons)
    for column in (found.left, found.right):
        assert all(a.top + a.height < b.top for a, b in pairwise(column))
        assert column[-1].top + column[-1].height == pytest.approx(100)


def test_maps_without_a_common_work_are_said_to_have_none(curator: Client) -> None:
    one = make_map(make_works())
    other = make_map([make_artwork(f"Else {number}") for number in range(6)], number=2)

    page = curator.get(HOME, {"a": one.pk, "b": other.pk})

    assert "No work stands on both" in page.content.decode()


def test_a_ribbon_leads_to_its_works_at_a_fixed_cost(
    curator: Client, django_assert_max_num_queries: Any
) -> None:
    works = make_works()
    one, other = make_map(works), make_map(works, number=2)
    ends = {"from": node(one, 1, 0).pk, "to": node(other, 1, 0).pk}

    with django_assert_max_num_queries(18):
        page = curator.get(HOME, {"a": one.pk, "b": other.pk, **ends})

    assert page.context["works"] == works[:2]
    assert f'value="{works[0].pk} {works[1].pk} "' in page.content.decode()


@pytest.mark.parametrize("query", [{}, {"a": "1"}, {"a": "x", "b": "9" * 30}])
def test_what_is_missing_is_asked_for(curator: Client, query: dict[str, str]) -> None:
    make_map(make_works())

    page = curator.get(HOME, query).content.decode()

    assert "There is one map yet" in page
