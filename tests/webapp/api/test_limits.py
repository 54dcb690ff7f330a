"""How much of a list comes at once, as the caller wants it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from tests.webapp.api.calling import ROOT, bearer, post
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.api.site import description

pytestmark = pytest.mark.django_db

LISTS = {
    "/works": (40, 100),
    "/artists": (50, 100),
    "/me/likes": (50, 100),
    "/me/hides": (50, 100),
    "/collections": (200, 200),
    "/collections/{token}": (50, 100),
    "/works/{work_id}/similar": (14, 60),
    "/recommendations": (24, 72),
}
"""Of each its usual length and the greatest."""


@pytest.fixture
def world(client: Client, vera: User) -> dict[str, Any]:
    """Works of which vera likes five, all in one of her five collections, and hides four."""
    space, headers = make_space(), bearer(vera)
    works = [make_artwork(f"Work {number}", artist=f"Artist {number}") for number in range(13)]
    for number, work in enumerate(works):
        place(space, work, [1, number * 0.1, 0, 0])
    events = [{"kind": "like", "work": work.pk} for work in works[:5]]
    events += [{"kind": "hide", "work": work.pk} for work in works[5:9]]
    post(client, "/events", {"events": events}, **headers)
    tokens = [
        post(client, "/collections", {"title": f"Ports {number}"}, **headers).json()["token"]
        for number in range(5)
    ]
    for work in works[:5]:
        client.put(f"{ROOT}/collections/{tokens[0]}/works/{work.pk}", headers=headers)
    return {"headers": headers, "token": tokens[0], "work_id": works[0].pk}


def address_of(path: str, world: dict[str, Any], limit: object) -> str:
    return f"{ROOT}{path.format(**world)}?limit={limit}"


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_as_long_as_is_asked_for(
    client: Client, world: dict[str, Any], path: str
) -> None:
    lengths = []

    for limit in (1, 3):
        found = client.get(address_of(path, world, limit), headers=world["headers"]).json()
        lengths.append(len(found if isinstance(found, list) else found["items"]))

    assert lengths == [1, 3]


@pytest.mark.parametrize("path", LISTS)
def test_a_number_out_of_range_is_told_with_the_bound(
    client: Client, world: dict[str, Any], path: str
) -> None:
    most = LISTS[path][1]
    said = {}

    for limit in (0, -1, most + 1, 10**30, "many"):
        answer = client.get(address_of(path, world, limit), headers=world["headers"])
        assert answer.status_code == 422
        (said[limit],) = answer.json()["errors"]

    assert {each["field"] for each in said.values()} == {"limit"}
    assert said[0]["message"] == "Input should be greater than or equal to 1."
    assert said[most + 1]["message"] == f"Input should be less than or equal to {most}."
    assert client.get(address_of(path, world, most), headers=world["headers"]).status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_the_description_tells_the_usual_length_and_the_greatest(path: str) -> None:
    operation = description()["paths"][f"{ROOT}{path}"]["get"]

    (limit,) = [each["schema"] for each in operation["parameters"] if each["name"] == "limit"]

    assert (limit["default"], limit["maximum"]) == LISTS[path]
    assert limit["minimum"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "/works?",
        "/works?sort=popular&",
        "/works?q=work&",
        "/works?palette=8a7f70&",
        "/works?sort=for-you&",
        "/works?like={work_id}&lens=look&",
        "/artists?",
        "/me/likes?",
        "/me/hides?",
        "/collections/{token}?",
    ],
)
def test_a_cursor_goes_on_when_the_number_changes(
    client: Client, world: dict[str, Any], path: str
) -> None:
    def rows(piece: dict[str, Any]) -> list[Any]:
        return [each.get("work", each).get("id", each.get("slug")) for each in piece["items"]]

    headers = world["headers"]
    address = f"{ROOT}{path.format(**world)}limit="
    whole = rows(client.get(f"{address}100", headers=headers).json())
    seen = []

    for limit in (1, 2, 100):
        piece = client.get(f"{address}{limit}", headers=headers).json()
        seen += rows(piece)
        address = f"{piece['next'] or ''}".replace(f"limit={limit}&", "") + "&limit="

    assert len(whole) >= 4
    assert seen == whole
    assert piece["next"] is None


def test_an_unchanged_piece_is_known_and_one_of_another_length_is_not(
    client: Client, world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = client.get(f"{ROOT}/artists?limit=2")["ETag"]
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda _self: "later")

    same = client.get(f"{ROOT}/artists?limit=2", headers={"If-None-Match": tag})
    other = client.get(f"{ROOT}/artists?limit=3", headers={"If-None-Match": tag})

    assert (same.status_code, other.status_code) == (304, 200)
