"""What the browser gets of a map."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.studio.makers import make_map, make_works, node
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.studio import finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> Client:
    return signed_in(person("carl", CURATORS))


def test_the_manifest_leads_to_the_columns(curator: Client) -> None:
    works = make_works()
    found = make_map(works)

    manifest = curator.get(f"/studio/maps/{found.pk}/manifest.json").json()
    answer = curator.get(manifest["binary"])

    content = gzip.decompress(answer.content)
    told = {column["name"]: column for column in manifest["columns"]}
    ids = np.frombuffer(content, "<u4", told["id"]["length"], told["id"]["offset"])
    assert ids.tolist() == [work.pk for work in works]
    assert (manifest["count"], manifest["sheets"]) == (6, [])
    assert answer.headers["ETag"] == f'"{manifest["version"]}"'
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_manifest_tells_the_neighbourhoods_layer_by_layer(curator: Client) -> None:
    found = make_map(make_works())

    layers = curator.get(f"/studio/maps/{found.pk}/manifest.json").json()["layers"]

    coarse, fine = (layer["clusters"] for layer in layers)
    assert [each["name"] for each in coarse] == ["Coarse 0", "Coarse 1"]
    assert [each["parent"] for each in fine] == [coarse[number]["id"] for number in (0, 0, 1, 1)]
    assert not any(each["edited"] for each in fine)


def test_columns_of_a_version_that_is_over_are_gone(curator: Client) -> None:
    found = make_map(make_works())

    answer = curator.get(f"/studio/maps/{found.pk}/columns.bin?v=0000")

    assert answer.status_code == 410


def test_works_are_told_in_the_order_asked_for_and_only_what_can_be_seen(curator: Client) -> None:
    works = make_works()
    found = make_map(works)
    Artwork.objects.filter(pk=works[1].pk).update(state=Artwork.State.WITHDRAWN)
    ids = f"{works[2].pk},{works[1].pk},{works[0].pk},x,{10**30}"

    told = curator.get(f"/studio/maps/{found.pk}/works/?ids={ids}").json()["works"]

    assert [each["title"] for each in told] == ["Ridge 2", "Ridge 0"]
    assert told[0]["picture"].endswith("320.webp")
    assert (told[0]["url"], told[0]["artist"]) == (f"/works/{works[2].pk}/", "Studio 0")


def test_a_card_says_whether_a_work_is_to_be_had(curator: Client) -> None:
    works = make_works()
    found = make_map(works)
    Artwork.objects.filter(pk=works[0].pk).update(price=1200, currency="EUR")
    Artwork.objects.filter(pk=works[1].pk).update(availability=Artwork.Availability.SOLD, price=5)
    ids = ",".join(str(work.pk) for work in works[:2])

    told = curator.get(f"/studio/maps/{found.pk}/works/?ids={ids}").json()["works"]

    assert [each["availability"] for each in told] == ["Available, €1,200", "Sold"]


def test_works_are_found_by_words(curator: Client) -> None:
    works = make_works()
    found = make_map(works)

    told = curator.get(f"/studio/maps/{found.pk}/find/?q=ridge+3").json()
    nothing = curator.get(f"/studio/maps/{found.pk}/find/?q=").json()

    assert told == {"ids": [works[3].pk]}
    assert nothing == {"ids": []}


def test_neighbourhoods_count_all_that_is_found_however_few_the_map_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = make_map(make_works())
    monkeypatch.setattr(finding, "MOST_FOUND", 2)

    counts = finding.counts_by_leaf(found, "ridge")

    assert len(finding.by_words(found, "ridge")) == 2
    assert [counts[node(found, 1, leaf).pk] for leaf in range(4)] == [2, 1, 2, 1]
