"""Manifests, held against the specification."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.webapp.api.calling import bearer, post
from tests.webapp.api.presentation import Collection, Manifest
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork, Tiles

pytestmark = pytest.mark.django_db
PROFILE = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'


def manifest(client: Client, work: Artwork) -> dict[str, Any]:
    """Return a manifest that is as the specification wants it."""
    answer = client.get(f"/iiif/works/{work.pk}/manifest.json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == PROFILE
    assert answer["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = json.loads(answer.content)
    Manifest.model_validate(found)
    return found


def test_a_manifest_shows_the_work_on_a_canvas(client: Client) -> None:
    work = make_artwork("Ridge, evening")

    found = manifest(client, work)

    assert found["id"] == f"http://testserver/iiif/works/{work.pk}/manifest.json"
    assert found["label"] == {"none": ["Ridge, evening"]}
    (canvas,) = found["items"]
    assert (canvas["width"], canvas["height"]) == (640, 480)
    annotation = canvas["items"][0]["items"][0]
    assert annotation["target"] == canvas["id"]
    assert annotation["body"]["id"].endswith("/640.jpeg")
    assert annotation["body"]["format"] == "image/jpeg"
    assert "service" not in annotation["body"]


def test_facts_stand_as_labels_and_values(client: Client) -> None:
    work = make_artwork(artist="Ada Moor")
    Artwork.objects.update(year=1931, description="Painted at dusk.", accession_number="SK-A-1505")

    found = manifest(client, work)

    facts = {each["label"]["en"][0]: each["value"]["none"][0] for each in found["metadata"]}
    assert facts == {
        "Artist": "Ada Moor",
        "Year": "1931",
        "Medium": "oil on canvas",
        "Style": "Ridges",
        "Accession number": "SK-A-1505",
    }
    assert found["summary"] == {"none": ["Painted at dusk."]}


@pytest.mark.parametrize(
    ("rights", "address"),
    [
        ("CC0", "http://creativecommons.org/publicdomain/zero/1.0/"),
        (
            "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
            "http://creativecommons.org/licenses/by/4.0/",
        ),
        ("© the artist", None),
        ("", None),
    ],
)
def test_rights_are_an_address_only_where_it_is_known(
    client: Client, rights: str, address: str | None
) -> None:
    work = make_artwork()
    Artwork.objects.update(rights=rights, credit_line="Gift of the town")

    found = manifest(client, work)

    assert found.get("rights") == address
    assert found["requiredStatement"]["value"]["none"][0] == "Gift of the town"


def test_a_work_of_a_museum_names_its_page_there(client: Client) -> None:
    work = make_artwork()
    Artwork.objects.update(source_url="https://museum.example/12")

    ours, theirs = manifest(client, work)["homepage"]

    assert ours["id"] == f"http://testserver/works/{work.pk}/"
    assert theirs["id"] == "https://museum.example/12"


def test_a_picture_with_tiles_is_served_by_level_0(client: Client) -> None:
    work = make_artwork(width=6000, height=4000)
    Tiles.objects.create(
        image=work.image, key=work.image.key, state=Tiles.State.DONE, asked="2026-01-01T00:00:00Z"
    )

    found = manifest(client, work)

    body = found["items"][0]["items"][0]["items"][0]["body"]
    assert body["service"] == [
        {
            "id": f"http://testserver/iiif/{work.image.key}",
            "type": "ImageService3",
            "profile": "level0",
        }
    ]


def test_a_public_collection_lists_the_manifests_of_its_works(client: Client, vera: User) -> None:
    work, headers = make_artwork("Harbour"), bearer(vera)
    body = {"title": "Ports", "note": "Ships at rest", "visibility": "public"}
    token = post(client, "/collections", body, **headers).json()["token"]
    client.put(f"/api/v1/collections/{token}/works/{work.pk}", headers=headers)

    answer = client.get(f"/iiif/collections/{token}/manifest.json")

    found = answer.json()
    Collection.model_validate(found)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert found["label"] == {"none": ["Ports"]}
    assert found["summary"] == {"none": ["Ships at rest"]}
    assert [each["id"] for each in found["items"]] == [
        f"http://testserver/iiif/works/{work.pk}/manifest.json"
    ]
    assert found["items"][0]["thumbnail"][0]["width"] == 320


def test_the_page_of_a_work_names_its_manifest(client: Client) -> None:
    work = make_artwork()

    page = client.get(f"/works/{work.pk}/").content.decode()

    assert f"type='{PROFILE}' href=\"/iiif/works/{work.pk}/manifest.json\"" in page


def test_an_unknown_work_can_be_asked_for_from_everywhere(client: Client) -> None:
    answer = client.get("/iiif/works/999999999999999999999999/manifest.json")

    assert answer.status_code == 404
    assert answer["Access-Control-Allow-Origin"] == "*"
