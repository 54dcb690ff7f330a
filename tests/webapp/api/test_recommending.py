"""Recommendations and likeness over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.api.calling import ROOT, bearer, get, post
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed import impressions
from webapp.feed.models import Event, Impression

pytestmark = pytest.mark.django_db


@pytest.fixture
def works(db: None) -> list[Artwork]:
    """Four works on an arc: each is most like its neighbours."""
    space = make_space()
    made = [make_artwork(f"Work {number}", artist=f"Artist {number}") for number in range(4)]
    for number, work in enumerate(made):
        place(space, work, [1, number * 0.3, 0, 0])
    return made


def test_the_most_similar_come_first_and_say_why(client: Client, works: list[Artwork]) -> None:
    found = get(client, f"/works/{works[0].pk}/similar?lens=look")

    assert [each["work"]["id"] for each in found["items"]] == [work.pk for work in works[1:]]
    assert found["lens"] == "look"
    assert "look" in found["lenses"]
    assert client.get(found["all"]).status_code == 200


def test_hidden_works_are_not_among_the_similar(
    client: Client, vera: User, works: list[Artwork]
) -> None:
    header = bearer(vera)
    post(client, "/events", {"events": [{"kind": "hide", "work": works[1].pk}]}, **header)

    found = get(client, f"/works/{works[0].pk}/similar", **header)

    assert works[1].pk not in [each["work"]["id"] for each in found["items"]]


def test_a_work_nobody_can_compare_has_no_similar_ones(client: Client) -> None:
    work = make_artwork()
    work.image.palette = []
    work.image.save()

    found = get(client, f"/works/{work.pk}/similar")

    assert found == {"lens": None, "lenses": [], "good": False, "items": [], "all": None}


def test_an_unknown_lens_is_told(client: Client, works: list[Artwork]) -> None:
    answer = client.get(f"{ROOT}/works/{works[0].pk}/similar?lens=smell")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "lens"


def test_a_search_can_be_put_in_the_order_of_likeness(client: Client, works: list[Artwork]) -> None:
    found = get(client, f"/works?like={works[3].pk}&lens=look")
    lost = client.get(f"{ROOT}/works?like=999999")

    assert found["items"][0]["id"] == works[2].pk
    assert lost.status_code == 422
    assert lost.json()["errors"][0]["field"] == "like"


def test_recommendations_name_their_list_and_the_works_that_speak_for_them(
    client: Client, vera: User, works: list[Artwork]
) -> None:
    header = bearer(vera)
    post(client, "/events", {"events": [{"kind": "like", "work": works[0].pk}]}, **header)

    found = get(client, "/recommendations?limit=3", **header)

    assert found["personal"] is True
    assert [each["position"] for each in found["items"]] == [0, 1, 2]
    assert works[0].pk not in [each["work"]["id"] for each in found["items"]]
    first = next(each for each in found["items"] if each["source"] == "model")
    assert first["reasons"][0]["work"] == works[0].pk


def test_what_is_recommended_to_somebody_is_noted_as_shown(
    client: Client, vera: User, works: list[Artwork]
) -> None:
    header = bearer(vera)
    post(client, "/events", {"events": [{"kind": "like", "work": works[0].pk}]}, **header)

    found = get(client, "/recommendations?limit=3", **header)
    impressions.flush()

    noted = Impression.objects.filter(list_id=found["list_id"]).order_by("position")
    assert [each.artwork_id for each in noted] == [each["work"]["id"] for each in found["items"]]
    assert {each.surface for each in noted} == {"for-you"}


def test_a_stranger_gets_what_newcomers_see_and_leaves_no_trace(
    client: Client, works: list[Artwork]
) -> None:
    found = get(client, "/recommendations")
    impressions.flush()

    assert found["personal"] is False
    assert len(found["items"]) == 4
    assert not Impression.objects.exists()


def test_the_list_comes_back_with_the_event(
    client: Client, vera: User, works: list[Artwork]
) -> None:
    header = bearer(vera)
    found = get(client, "/recommendations", **header)
    row = {"kind": "like", "work": works[1].pk, "list_id": found["list_id"]}

    post(client, "/events", {"events": [row]}, **header)

    assert str(Event.objects.get().list_id) == found["list_id"]


def test_a_taste_is_told_by_the_works_that_make_it(
    client: Client, vera: User, works: list[Artwork]
) -> None:
    header = bearer(vera)
    rows = [{"kind": "like", "work": work.pk} for work in works[:3]]
    post(client, "/events", {"events": rows}, **header)

    found = get(client, "/me/taste", **header)

    told = {
        each["work"]["id"]: each["share"] for group in found["groups"] for each in group["works"]
    }
    assert set(told) == {work.pk for work in works[:3]}
    assert sum(told.values()) == pytest.approx(1)
    assert found["used"] is True
    assert found["works"] == 3
    assert found["colours"][0]["hex"].startswith("#")


def test_callers_of_whom_nothing_is_known_have_no_taste_yet(client: Client, vera: User) -> None:
    found = get(client, "/me/taste", **bearer(vera))

    assert found == {"used": True, "works": 0, "words": [], "colours": [], "groups": []}
