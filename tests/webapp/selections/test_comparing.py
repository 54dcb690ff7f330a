"""Two selections compared: what differs, what is typical for each, what is shared."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.studio.makers import make_map, make_works
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.selections import actions
from webapp.selections.comparing import compare
from webapp.selections.views import combine

pytestmark = pytest.mark.django_db


def ids(*works: Artwork) -> list[int]:
    return [work.pk for work in works]


def test_what_differs_most_comes_first_with_the_shares_of_both_sides() -> None:
    ridges = [make_artwork(style="Ridges") for _ in range(3)]
    dots = [make_artwork(style="Dots", artist="Ada Dot") for _ in range(2)]

    found = compare(ids(*ridges, dots[0]), ids(*dots))

    facets = {facet.label: facet.rows for facet in found.facets}
    assert [(row.label, row.left, row.right) for row in facets["Style"]] == [
        ("Dots", 1, 2),
        ("Ridges", 3, 0),
    ]
    assert (facets["Style"][1].left_share, facets["Style"][1].right_share) == (0.75, 0.0)
    assert {row.label for row in facets["Artist"]} == {"Ada Dot", "Studio Halde"}
    assert found.shared == (dots[0].pk,)


def test_typical_works_are_of_one_side_alone_and_least_like_the_other() -> None:
    space = make_space(2)
    left = [make_artwork(f"Left {number}") for number in range(2)]
    right = [make_artwork(f"Right {number}") for number in range(2)]
    both = make_artwork("Both")
    vectors = [(1.0, 0.0), (1.0, 0.6), (0.0, 1.0), (0.6, 1.0), (1.0, 1.0)]
    for work, vector in zip([*left, *right, both], vectors, strict=True):
        place(space, work, vector)

    found = compare(ids(*left, both), ids(*right, both))

    assert [list(side) for side in found.typical] == [left, right]


def test_neighbourhoods_of_the_newest_map_are_compared_too() -> None:
    works = make_works()
    make_map(works)

    found = compare(ids(*works[:3]), ids(works[2], works[5]))

    rows = next(facet.rows for facet in found.facets if facet.label == "Neighbourhood")
    assert [(row.label, row.left, row.right) for row in rows] == [
        ("Coarse 0", 3, 1),
        ("Coarse 1", 0, 1),
    ]


def test_likes_are_counted_per_work_and_taken_back_ones_are_not() -> None:
    liked, other = make_artwork(), make_artwork()
    for undone in (None, None, timezone.now()):
        Event.objects.create(
            visitor=Visitor.objects.create(),
            artwork=liked,
            kind=Event.Kind.LIKE,
            time=timezone.now(),
            undone=undone,
        )

    found = compare(ids(liked, other), ids(other))

    assert [(side.per_work, side.share) for side in found.likes] == [(1.0, 0.5), (0.0, 0.0)]


def test_the_page_shows_both_sides_and_asks_where_one_is_missing() -> None:
    client: Client = signed_in(person("carl", CURATORS))
    one, two = (
        actions.save(works=[make_artwork().pk], by=None, title=title)[0] for title in ("A", "B")
    )
    address = "/studio/selections/compare/"

    both = client.get(address, {"a": str(one.pk), "b": str(two.pk)})
    half = client.get(address, {"a": str(one.pk), "b": "x"})

    assert both.context["found"].shared == ()
    assert "No work is in both" in both.content.decode()
    assert "found" not in half.context
    assert [each.selection for each in half.context["shelves"]] == [two]
    assert f"?a={one.pk}&amp;b={two.pk}" in half.content.decode()


def test_what_is_compared_or_combined_is_looked_for_among_all_page_by_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client: Client = signed_in(person("carl", CURATORS))
    monkeypatch.setattr(combine, "LISTED", 2)
    work = make_artwork()
    made = [actions.save(works=[work.pk], by=None, title=f"Part {n}")[0] for n in range(5)]
    old = made[0]

    for name, side in (("compare", "a"), ("combine", "of")):
        chosen = {side: str(made[4].pk)}
        address = f"/studio/selections/{name}/"
        last = client.get(address, {**chosen, "page": "2"})
        sought = client.get(address, {**chosen, "q": "part 0"})

        assert [each.selection for each in last.context["shelves"]] == [made[1], old]
        assert [each.selection for each in sought.context["shelves"]] == [old]
        assert 'value="part 0"' in sought.content.decode()
