"""Pages of maps and neighbourhoods, as a curator sees them without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_space
from tests.webapp.studio.makers import make_map, make_works, node
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.studio import figures, portraits, queries
from webapp.studio.figures import Figures
from webapp.studio.models import Map

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> Client:
    cache.clear()
    return signed_in(person("carl", CURATORS))


def test_the_studio_leads_to_the_maps_where_there_is_none(curator: Client) -> None:
    answer = curator.get("/studio/", follow=True)

    assert answer.request["PATH_INFO"] == "/studio/maps/"
    assert b"Nothing can be mapped before" in answer.content


def test_a_curator_asks_for_a_map_and_cancels_it(curator: Client) -> None:
    space = make_space()

    asked = curator.post("/studio/maps/new/", {"space": space.pk}, follow=True)
    found = Map.objects.get()
    status = curator.get(f"/studio/maps/{found.pk}/status/").json()
    curator.post(f"/studio/maps/{found.pk}/cancel/")

    assert b"waiting for a worker" in asked.content
    assert status == {"open": True, "phase": "waiting for a worker", "progress": 0.0}
    assert Map.objects.get().state == Map.State.CANCELLED


def test_a_failed_map_says_whether_it_is_tried_again(curator: Client) -> None:
    space = make_space()
    ended = timezone.now()

    def fail(number: int) -> str:
        Map.objects.create(
            space=space,
            purpose="look",
            label="Look",
            number=number,
            state=Map.State.FAILED,
            finished=ended,
            reason="There was no memory left.",
        )
        return curator.get("/studio/maps/").content.decode()

    first, _, third = (fail(number) for number in (1, 2, 3))

    when = timezone.localtime(ended + queries.PAUSE).strftime("%H:%M")
    assert "There was no memory left." in first
    assert f"It is tried again by itself after {when}." in first
    assert "It is not tried again by itself." in third


def test_all_neighbourhoods_hang_on_one_page(curator: Client) -> None:
    make_map(make_works())

    page = curator.get("/studio/neighbourhoods/").content.decode()

    for name in ("Coarse 0", "Coarse 1", "Fine 0", "Fine 3"):
        assert name in page


def test_where_typical_works_were_withdrawn_others_stand_for_a_neighbourhood() -> None:
    works = make_works()
    found = make_map(works)
    coarse, fine = node(found, 0, 0), node(found, 1, 1)
    coarse.typical = [works[0].pk]
    Artwork.objects.filter(pk__in=[works[0].pk, works[2].pk]).update(state="withdrawn")

    standing = portraits.standing_for(queries.tree(found), [coarse, fine])

    assert standing == {coarse.pk: [works[1]], fine.pk: []}


def test_a_search_leaves_the_neighbourhoods_that_have_such_works(curator: Client) -> None:
    make_map(make_works())

    page = curator.get("/studio/neighbourhoods/?q=ridge+5").content.decode()

    assert "1 work matches “ridge 5”" in page
    assert "Fine 3" in page
    assert "Fine 0" not in page


def test_a_neighbourhood_tells_its_works_and_where_it_lies(curator: Client) -> None:
    found = make_map(make_works())

    page = curator.get(node(found, 0, 0).get_absolute_url()).content.decode()

    assert "3 works" in page
    assert "Ridge 1" in page
    assert "Studio 0" in page
    assert f"/studio/?map={found.pk}#cluster={node(found, 0, 0).pk}" in page


def test_a_curator_renames_a_neighbourhood_and_takes_it_back(curator: Client) -> None:
    found = make_map(make_works())
    pk = node(found, 1, 2).pk

    named = curator.post(f"/studio/neighbourhoods/{pk}/name/", {"name": "Far hills"}, follow=True)
    program = curator.post(
        f"/studio/neighbourhoods/{pk}/name/", {"name": ""}, headers={"Accept": "application/json"}
    )

    assert b"<h1>Far hills</h1>" in named.content
    assert program.json() == {"name": "Fine 2", "edited": False}


def test_a_name_that_is_too_long_is_refused_with_a_sentence(curator: Client) -> None:
    pk = node(make_map(make_works()), 1, 2).pk

    answer = curator.post(
        f"/studio/neighbourhoods/{pk}/name/",
        {"name": "x" * 121},
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == 400
    assert "at most 120 characters" in answer.json()["error"]


def test_the_pages_ask_the_same_number_of_questions_however_many_neighbourhoods(
    curator: Client, django_assert_max_num_queries: Any
) -> None:
    found = make_map(make_works())
    pages = (
        "/studio/neighbourhoods/",
        node(found, 0, 0).get_absolute_url(),
        node(found, 1, 0).get_absolute_url(),
        "/studio/maps/",
    )

    for page in pages:
        with django_assert_max_num_queries(20):
            curator.get(page)


def test_what_changed_is_told_with_both_names(curator: Client) -> None:
    works = make_works()
    former = make_map(works)
    found = make_map(works, number=2)
    layer = {
        "pairs": [[0, 0, 1.0], [1, 1, 0.5]],
        "born": [2],
        "gone": [3],
        "merged": [[1, [1, 2]]],
        "split": [],
        "moved": [[works[4].pk, 2, 3]],
        "stability": 0.9,
    }
    coarse = {**layer, "born": [], "gone": [], "merged": [], "moved": [], "split": []}
    Map.objects.filter(pk=found.pk).update(
        former=former, drift=0.02, changes={"layers": [coarse, layer]}
    )

    page = curator.get(f"/studio/maps/{found.pk}/changes/").content.decode()
    first = curator.get(f"/studio/maps/{former.pk}/changes/")

    assert "Half of the works moved less than 1.0\u202f%" in page
    for word in ("Merged", "New", "Gone", "Works that changed sides", "Fine 2 → Fine 3"):
        assert word in page
    assert first.status_code == 404


def test_figures_add_up_from_the_finest_neighbourhoods(curator: Client) -> None:
    works = make_works()
    found = make_map(works)
    Artwork.objects.filter(pk=works[0].pk).update(availability="sold")
    visitor = Visitor.objects.create(label="collector-1")
    Event.objects.create(visitor=visitor, artwork=works[2], kind="like", time="2026-01-01T00Z")

    tree = queries.tree(found)
    here = portraits.figures_of(node(found, 0, 0), tree, figures.by_leaf(found))

    assert here == Figures(works=3, likes=1, available=2, sold=1)


def test_what_is_never_recommended_is_marked_only_where_some_was_to_be_expected() -> None:
    found = make_map(make_works())
    tree = queries.tree(found)
    leaves = [each.pk for each in tree.layers[-1]]

    def never(recommended: int) -> list[bool]:
        by_leaf = dict.fromkeys(leaves, Figures(works=10))
        by_leaf[leaves[0]] = Figures(works=10, recommended=recommended)
        whole = figures.total(by_leaf.values())
        made = [portraits.tile(each, (), by_leaf[each.pk], whole) for each in tree.layers[-1]]
        return [each.never for each in made]

    assert never(100) == [False, True, True, True]
    assert never(8) == [False, False, False, False]
