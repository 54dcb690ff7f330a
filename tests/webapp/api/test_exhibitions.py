"""Exhibitions over the API and as IIIF manifests: what visitors may visit, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.api.calling import ROOT, get
from tests.webapp.api.presentation import Manifest
from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork, Tiles
from webapp.exhibitions import actions, arrangement
from webapp.exhibitions.arrangement import Arrangement
from webapp.exhibitions.models import Exhibition

pytestmark = pytest.mark.django_db
PROFILE = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'


def opened(title: str, works: list[Artwork], *, days: float = 1) -> Exhibition:
    made = actions.start(title, [work.pk for work in works], None)
    made.opens = timezone.now() - timedelta(days=days)
    made.save()
    return made


def two_rooms(works: list[Artwork]) -> Exhibition:
    """An exhibition with the last work in a room of its own, and words everywhere."""
    made = opened("Evenings", works)

    def edit(before: Arrangement) -> tuple[Arrangement, str]:
        after = arrangement.add_room(before, "After dark")
        after = arrangement.put(after, works[-1].pk, 1)
        after = arrangement.change_room(after, 1, wall="midnight", text="The lamps are lit.")
        after = arrangement.relabel(after, {works[-1].pk: "Look at the window."})
        return replace(after, by_line="Mara Veld", introduction="Light leaves."), "Built"

    return actions.change(made, None, edit)


def manifest(client: Client, made: Exhibition) -> dict[str, Any]:
    """Return the manifest of an exhibition, which is as the specification wants it."""
    answer = client.get(f"/iiif/exhibitions/{made.token}/manifest.json")

    assert (answer.status_code, answer["Content-Type"]) == (200, PROFILE)
    found: dict[str, Any] = answer.json()
    Manifest.model_validate(found)
    return found


def test_those_open_are_listed_piece_by_piece_newest_first(client: Client) -> None:
    work = make_artwork()
    for days in range(1, 6):
        opened(f"Show {days}", [work], days=days)
    opened("Tomorrow", [work], days=-1)
    actions.start("Draft", [work.pk], None)

    first = get(client, "/exhibitions?limit=3")
    opened("Come since", [work], days=0)
    second = client.get(first["next"]).json()

    titles = [[each["title"] for each in piece["items"]] for piece in (first, second)]
    assert titles == [["Show 1", "Show 2", "Show 3"], ["Show 4", "Show 5"]]
    assert second["next"] is None
    assert (first["items"][0]["works"], first["items"][0]["cover"]["id"]) == (1, work.pk)


def test_an_exhibition_tells_its_rooms_texts_and_labels(client: Client) -> None:
    ridge, slope = make_artwork("Ridge"), make_artwork("Slope")
    made = two_rooms([ridge, slope])

    found = get(client, f"/exhibitions/{made.token}")

    told = found["exhibition"]
    assert (told["title"], told["by_line"], told["introduction"], told["state"]) == (
        "Evenings",
        "Mara Veld",
        "Light leaves.",
        "open",
    )
    assert told["url"] == f"http://testserver{made.get_absolute_url()}"
    assert found["rooms"][1] == {
        "number": 2,
        "title": "After dark",
        "text": "The lamps are lit.",
        "wall": "midnight",
        "works": 1,
    }
    assert [(each["room"], each["work"]["id"], each["label"]) for each in found["items"]] == [
        (1, ridge.pk, ""),
        (2, slope.pk, "Look at the window."),
    ]


def test_its_works_come_in_pieces_across_rooms(client: Client) -> None:
    works = [make_artwork(f"Work {number}") for number in range(4)]
    made = two_rooms(works)

    first = get(client, f"/exhibitions/{made.token}?limit=3")
    second = client.get(first["next"]).json()

    hung = [each["work"]["id"] for piece in (first, second) for each in piece["items"]]
    assert hung == [work.pk for work in works]
    assert (first["total"], second["next"]) == (4, None)


def test_what_has_closed_is_read_at_its_address_and_not_listed(client: Client) -> None:
    made = opened("Evenings", [make_artwork()])
    Exhibition.objects.filter(pk=made.pk).update(closes=timezone.now())

    found = get(client, f"/exhibitions/{made.token}")

    assert found["exhibition"]["state"] == "closed"
    assert get(client, "/exhibitions")["items"] == []


def test_what_nobody_may_visit_is_not_there(client: Client) -> None:
    work = make_artwork()
    draft, scheduled = actions.start("Draft", [work.pk], None), opened("Later", [work], days=-1)
    gone = opened("Gone", [work])
    actions.delete(gone)
    empty = opened("Empty", [make_artwork(state=Artwork.State.WITHDRAWN)])

    for made in (draft, scheduled, gone, empty):
        for path in (
            f"{ROOT}/exhibitions/{made.token}",
            f"/iiif/exhibitions/{made.token}/manifest.json",
        ):
            assert client.get(path).status_code == 404, made.title


def test_an_answer_that_is_known_is_not_sent_again(client: Client) -> None:
    made = opened("Evenings", [make_artwork()])

    for path in (f"{ROOT}/exhibitions", f"{ROOT}/exhibitions/{made.token}"):
        tag = client.get(path)["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_asking_costs_the_same_however_much_hangs_there(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    works = [make_artwork(f"Work {number}", artist=f"Artist {number}") for number in range(9)]
    small, large = opened("Small", works[:1]), opened("Large", works)

    for made in (small, large):
        with django_assert_max_num_queries(5):
            client.get(f"{ROOT}/exhibitions/{made.token}")
        with django_assert_max_num_queries(4):
            client.get(f"/iiif/exhibitions/{made.token}/manifest.json")
    with django_assert_max_num_queries(4):
        client.get(f"{ROOT}/exhibitions")


def test_a_manifest_has_the_works_as_canvases_and_the_rooms_as_ranges(client: Client) -> None:
    ridge, slope = make_artwork("Ridge"), make_artwork("Slope")
    made = two_rooms([ridge, slope])

    found = manifest(client, made)

    of_work = [f"http://testserver/iiif/works/{work.pk}" for work in (ridge, slope)]
    assert [each["id"] for each in found["items"]] == [f"{each}/canvas/1" for each in of_work]
    assert found["items"][1]["summary"] == {"none": ["Look at the window."]}
    assert found["items"][1]["partOf"][0]["id"] == f"{of_work[1]}/manifest.json"
    assert [each["label"] for each in found["structures"]] == [
        {"en": ["Room 1"]},
        {"none": ["After dark"]},
    ]
    assert [each["id"] for each in found["structures"][1]["items"]] == [f"{of_work[1]}/canvas/1"]
    assert found["metadata"] == [
        {"label": {"en": ["Curated by"]}, "value": {"none": ["Mara Veld"]}}
    ]
    assert found["provider"][0]["label"] == {"en": ["Artrec"]}


def test_a_room_without_works_is_no_range(client: Client) -> None:
    made = two_rooms([make_artwork(), make_artwork("Slope")])
    Artwork.objects.filter(title="Slope").update(state=Artwork.State.WITHDRAWN)

    found = manifest(client, made)

    assert len(found["structures"]) == 1


def test_pictures_with_tiles_are_served_by_level_0(client: Client) -> None:
    plain, tiled = make_artwork(), make_artwork(width=6000, height=4000)
    Tiles.objects.create(
        image=tiled.image, key=tiled.image.key, state=Tiles.State.DONE, asked=timezone.now()
    )

    found = manifest(client, opened("Evenings", [plain, tiled]))

    bodies = [each["items"][0]["items"][0]["body"] for each in found["items"]]
    assert ["service" in each for each in bodies] == [False, True]


def test_the_page_of_an_exhibition_names_its_manifest(client: Client) -> None:
    made = opened("Evenings", [make_artwork()])

    page = client.get(made.get_absolute_url()).content.decode()

    assert f"type='{PROFILE}' href=\"/iiif/exhibitions/{made.token}/manifest.json\"" in page
