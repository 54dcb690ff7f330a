"""Collections over the API: one's own, and what others may see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.webapp.api.calling import ROOT, bearer, get, post
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed.models import Event
from webapp.mine.models import Collection, CollectionItem

pytestmark = pytest.mark.django_db
Headers = dict[str, str]


@pytest.fixture
def hers(vera: User) -> Headers:
    return bearer(vera)


@pytest.fixture
def his(carl: User) -> Headers:
    return bearer(carl)


def make(client: Client, headers: Headers, **fields: str) -> str:
    """Make a collection and return its token."""
    answer = post(client, "/collections", {"title": "Harbours", **fields}, **headers)

    assert answer.status_code == 201, answer.content
    return str(answer.json()["token"])


def send(client: Client, method: str, path: str, headers: Headers, body: Any = None) -> Any:
    """Send JSON by any method."""
    return client.generic(
        method,
        f"{ROOT}{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def test_a_collection_is_made_private_and_found_again(client: Client, hers: Headers) -> None:
    token = make(client, hers, note="Ships at rest")

    found = get(client, "/collections", **hers)

    assert [each["token"] for each in found] == [token]
    assert found[0]["visibility"] == "private"
    assert found[0]["note"] == "Ships at rest"
    assert found[0]["mine"] is True
    assert found[0]["manifest"] is None


def test_works_are_put_in_and_taken_out(client: Client, hers: Headers) -> None:
    token, work = make(client, hers), make_artwork()
    path = f"/collections/{token}/works/{work.pk}"

    put = [send(client, "PUT", path, hers).status_code for _ in range(2)]
    there = get(client, f"/collections/{token}", **hers)
    taken = [send(client, "DELETE", path, hers).status_code for _ in range(2)]
    gone = get(client, f"/collections/{token}", **hers)

    assert put == taken == [204, 204]
    assert [each["work"]["id"] for each in there["items"]] == [work.pk]
    assert gone["total"] == 0
    assert not Event.objects.filter(kind="save", undone=None).exists()


def test_putting_a_work_into_one_leaves_it_in_the_others(client: Client, hers: Headers) -> None:
    one, other, work = make(client, hers), make(client, hers), make_artwork()

    for token in (one, other):
        send(client, "PUT", f"/collections/{token}/works/{work.pk}", hers)
    send(client, "DELETE", f"/collections/{one}/works/{work.pk}", hers)

    assert get(client, f"/collections/{one}", **hers)["total"] == 0
    assert get(client, f"/collections/{other}", **hers)["total"] == 1
    assert Event.objects.filter(kind="save", undone=None).count() == 1


def test_saving_puts_a_work_where_works_are_saved(client: Client, hers: Headers) -> None:
    work = make_artwork()

    post(client, "/events", {"events": [{"kind": "save", "work": work.pk}]}, **hers)

    (standard,) = get(client, "/collections", **hers)
    assert standard["standard"] is True
    assert standard["works"] == 1


def test_a_collection_is_arranged_with_notes(client: Client, hers: Headers) -> None:
    token = make(client, hers)
    works = [make_artwork(f"Work {number}") for number in range(3)]
    for work in works:
        send(client, "PUT", f"/collections/{token}/works/{work.pk}", hers)
    order = [works[1].pk, works[2].pk, works[0].pk]
    body = {"works": order, "notes": {str(works[1].pk): "First"}}

    answer = send(client, "PUT", f"/collections/{token}/order", hers, body)
    found = get(client, f"/collections/{token}", **hers)

    assert answer.status_code == 204
    assert [each["work"]["id"] for each in found["items"]] == order
    assert found["items"][0]["note"] == "First"


def test_words_change_and_what_is_left_out_stays(client: Client, hers: Headers) -> None:
    token = make(client, hers, note="Ships")

    answer = send(client, "PATCH", f"/collections/{token}", hers, {"title": "Ports"})

    assert answer.json()["title"] == "Ports"
    assert answer.json()["note"] == "Ships"


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": " "},
        {"title": "a\x00b"},
        {"title": "a" * 121},
        {"visibility": "everyone"},
        {"visitor": 1},
        {"standard": True},
    ],
)
def test_nothing_but_its_words_can_be_changed(
    client: Client, hers: Headers, body: dict[str, Any]
) -> None:
    token = make(client, hers)

    answer = send(client, "PATCH", f"/collections/{token}", hers, body)

    assert answer.status_code == 422
    assert Collection.objects.get().title == "Harbours"


def test_a_visitor_without_an_account_keeps_but_does_not_publish(client: Client) -> None:
    client.post(f"/works/{make_artwork().pk}/like/")

    refused = post(client, "/collections", {"title": "Ports", "visibility": "public"})
    token = make(client, {}, visibility="link")
    changed = send(client, "PATCH", f"/collections/{token}", {}, {"visibility": "public"})

    assert refused.status_code == changed.status_code == 422
    assert refused.json()["errors"][0]["field"] == "visibility"
    assert Collection.objects.get().visibility == "link"


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("PATCH", "", {"title": "Mine now"}),
        ("DELETE", "", None),
        ("PUT", "/order", {"works": []}),
        ("PUT", "/works/{work}", None),
        ("DELETE", "/works/{work}", None),
    ],
)
@pytest.mark.parametrize("visibility", ["private", "public"])
def test_nobody_changes_the_collection_of_another(
    client: Client,
    hers: Headers,
    his: Headers,
    method: str,
    rest: str,
    body: Any,
    visibility: str,
) -> None:
    token, work = make(client, hers, visibility=visibility), make_artwork()
    send(client, "PUT", f"/collections/{token}/works/{work.pk}", hers)
    path = f"/collections/{token}{rest.format(work=work.pk)}"

    answer = send(client, method, path, his, body)
    stranger = send(client, method, path, {}, body)

    assert answer.status_code == 404
    assert stranger.status_code == 401
    assert Collection.objects.get(deleted=None).title == "Harbours"
    assert CollectionItem.objects.count() == 1


@pytest.mark.parametrize(
    ("visibility", "status"), [("private", 404), ("link", 200), ("public", 200)]
)
def test_others_see_what_its_owner_lets_them_see(
    client: Client, hers: Headers, his: Headers, visibility: str, status: int
) -> None:
    token = make(client, hers, visibility=visibility)

    for headers in (his, {}):
        assert client.get(f"{ROOT}/collections/{token}", headers=headers).status_code == status
    assert get(client, "/collections", **his) == []


@pytest.mark.parametrize(
    ("visibility", "status"), [("private", 404), ("link", 404), ("public", 200)]
)
def test_only_public_collections_have_a_manifest(
    client: Client, hers: Headers, visibility: str, status: int
) -> None:
    token = make(client, hers, visibility=visibility)

    assert client.get(f"/iiif/collections/{token}/manifest.json").status_code == status


def test_a_deleted_collection_is_gone_for_everybody(client: Client, hers: Headers) -> None:
    token = make(client, hers, visibility="public")

    assert send(client, "DELETE", f"/collections/{token}", hers).status_code == 204

    assert client.get(f"{ROOT}/collections/{token}", headers=hers).status_code == 404
    assert client.get(f"/iiif/collections/{token}/manifest.json").status_code == 404
    assert get(client, "/collections", **hers) == []


def test_a_work_withdrawn_since_leaves_the_collection(client: Client, hers: Headers) -> None:
    token, work = make(client, hers, visibility="public"), make_artwork("Secret")
    send(client, "PUT", f"/collections/{token}/works/{work.pk}", hers)
    Artwork.objects.update(state=Artwork.State.WITHDRAWN)

    found = client.get(f"{ROOT}/collections/{token}")
    manifest = client.get(f"/iiif/collections/{token}/manifest.json")

    assert found.json()["items"] == []
    assert b"Secret" not in found.content + manifest.content
    assert send(client, "PUT", f"/collections/{token}/works/{work.pk}", hers).status_code == 404


def test_a_long_collection_comes_in_pieces(client: Client, hers: Headers) -> None:
    token = make(client, hers)
    works = [make_artwork() for _ in range(5)]
    for work in works:
        send(client, "PUT", f"/collections/{token}/works/{work.pk}", hers)

    seen, address = [], f"{ROOT}/collections/{token}?limit=2"
    while address:
        piece = client.get(address, headers=hers).json()
        seen += [each["work"]["id"] for each in piece["items"]]
        address = piece["next"]

    assert seen == [work.pk for work in reversed(works)]


def test_a_piece_goes_on_where_it_was_when_a_work_is_taken_out(
    client: Client, hers: Headers
) -> None:
    token = make(client, hers)
    works = [make_artwork() for _ in range(4)]
    for work in reversed(works):
        send(client, "PUT", f"/collections/{token}/works/{work.pk}", hers)
    first = get(client, f"/collections/{token}?limit=2", **hers)

    send(client, "DELETE", f"/collections/{token}/works/{works[1].pk}", hers)
    rest = client.get(first["next"], headers=hers).json()

    assert [each["work"]["id"] for each in rest["items"]] == [works[2].pk, works[3].pk]
