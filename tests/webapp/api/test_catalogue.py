"""Works, search, artists and facets over the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.webapp.api.calling import ROOT, bearer, get
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed import actions
from webapp.feed.models import Visitor

pytestmark = pytest.mark.django_db


def test_works_come_newest_first_with_their_exact_number(client: Client) -> None:
    older, newer = make_artwork("Older"), make_artwork("Newer")

    found = get(client, "/works")

    assert [each["id"] for each in found["items"]] == [newer.pk, older.pk]
    assert found["total"] == 2
    assert found["next"] is None
    assert found["items"][0]["url"] == f"http://testserver/works/{newer.pk}/"


@pytest.mark.parametrize("asked", ["", "&sort=popular", "&q=work", "&palette=8a7f70"])
def test_every_work_comes_once_over_all_pieces(client: Client, asked: str) -> None:
    made = {make_artwork(f"Work {number}").pk for number in range(5)}

    seen, address = [], f"{ROOT}/works?limit=2{asked}"
    while address:
        piece = client.get(address).json()
        seen += [each["id"] for each in piece["items"]]
        address = piece["next"]

    assert len(seen) == 5
    assert set(seen) == made


def test_a_piece_stays_in_its_place_when_works_join(client: Client) -> None:
    first, second = make_artwork("First"), make_artwork("Second")

    address = get(client, "/works?limit=1")["next"]
    make_artwork("Third")
    piece = client.get(address).json()

    assert [each["id"] for each in piece["items"]] == [first.pk]
    assert second.pk > first.pk


def test_a_work_is_found_by_its_inventory_number_and_tells_it(client: Client) -> None:
    work = make_artwork("Harbour")
    make_artwork("Ridge")
    Artwork.objects.filter(pk=work.pk).update(accession_number="SK-A-1505")

    found = get(client, "/works?q=sk-a-1505")

    assert [each["id"] for each in found["items"]] == [work.pk]
    assert get(client, f"/works/{work.pk}")["accession_number"] == "SK-A-1505"


def test_words_and_filters_search_as_on_the_page(client: Client) -> None:
    wanted = make_artwork("Harbour at dusk", style="Marine")
    make_artwork("Harbour at dawn", style="Ridges")

    found = get(client, "/works?q=harbour&style=Marine")

    assert [each["id"] for each in found["items"]] == [wanted.pk]


def test_a_slip_of_the_hand_is_told(client: Client) -> None:
    make_artwork("Harbour at dusk")

    found = get(client, "/works?q=harbuor")

    assert found["total"] == 1
    assert found["corrected"] == {"asked": "harbuor", "searched": "harbour"}


def test_where_nothing_matches_the_ways_out_are_told(client: Client) -> None:
    make_artwork("Harbour", style="Marine")

    found = get(client, "/works?q=harbour&style=Cubes")

    assert found["total"] == 0
    assert {"drop": "style", "count": 1} in found["ways_out"]


def test_a_palette_finds_pictures_that_have_it(client: Client) -> None:
    work = make_artwork()

    found = get(client, "/works?palette=8a7f70")

    assert [each["id"] for each in found["items"]] == [work.pk]


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("colur=blue", "colur", "no such parameter"),
        ("period=yesterday", "period", "1880-1889"),
        ("price=cheap", "price", "EUR100-499.99"),
        ("palette=blue", "palette", "six hexadecimal digits"),
        ("colour=mauve", "colour.0", "'blue'"),
        ("sort=price", "sort", "'newest'"),
        (f"q={'a' * 201}", "q", "200"),
    ],
)
def test_a_value_that_means_nothing_is_told_by_its_field(
    client: Client, query: str, field: str, said: str
) -> None:
    answer = client.get(f"{ROOT}/works?{query}")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    error = answer.json()["errors"][0]
    assert error["field"] == field
    assert said in error["message"]


def test_what_a_caller_hides_is_left_out_for_them_alone(client: Client, vera: User) -> None:
    hidden, other = make_artwork("Hidden"), make_artwork("Other")
    actions.hide(visitor=Visitor.objects.create(user=vera), artwork=hidden)

    theirs = get(client, "/works", **bearer(vera, "read"))
    anybodys = get(client, "/works")

    assert [each["id"] for each in theirs["items"]] == [other.pk]
    assert anybodys["total"] == 2


def test_a_work_tells_its_facts(client: Client) -> None:
    work = make_artwork("Ridge")
    Artwork.objects.filter(pk=work.pk).update(
        price=Decimal("1200.00"), currency="EUR", height_cm=Decimal("60.5"), year=1931
    )

    found = get(client, f"/works/{work.pk}")

    assert found["title"] == "Ridge"
    assert found["price"] == {"amount": "1200.00", "currency": "EUR"}
    assert found["height_cm"] == 60.5
    assert found["year"] == 1931
    assert found["artist"]["slug"] == "studio-halde"
    assert found["palette"] == [{"hex": "#8a7f70", "share": 1.0}]
    assert [each["width"] for each in found["image"]["sources"]] == [320, 640, 320, 640]


def test_the_price_of_a_work_that_is_sold_is_nobodys_business(client: Client) -> None:
    work = make_artwork(availability=Artwork.Availability.SOLD)
    Artwork.objects.filter(pk=work.pk).update(price=Decimal("1200.00"), currency="EUR")

    assert get(client, f"/works/{work.pk}")["price"] is None


@pytest.mark.parametrize(
    "state", [Artwork.State.WITHDRAWN, Artwork.State.CHECKED, Artwork.State.FAILED]
)
def test_a_work_that_is_not_shown_leaks_nowhere(client: Client, state: str) -> None:
    work = make_artwork("Secret", artist="Nobody Else", state=state)

    listed = get(client, "/works?q=secret")
    facets = get(client, "/facets")
    artists = get(client, "/artists")

    assert listed["items"] == []
    assert facets["total"] == 0
    assert artists["items"] == []
    for path in (f"/works/{work.pk}", f"/works/{work.pk}/similar", "/artists/nobody-else"):
        assert client.get(f"{ROOT}{path}").status_code == 404
    assert client.get(f"/iiif/works/{work.pk}/manifest.json").status_code == 404


def test_facets_count_as_on_the_page(client: Client) -> None:
    make_artwork(style="Marine")
    make_artwork(style="Ridges")
    make_artwork(style="Ridges")

    found = get(client, "/facets?style=Marine")

    styles = next(each for each in found["facets"] if each["name"] == "style")
    assert {each["value"]: each["count"] for each in styles["values"]} == {"Marine": 1, "Ridges": 2}
    assert [each["value"] for each in styles["values"] if each["chosen"]] == ["Marine"]
    assert found["total"] == 1


def test_artists_come_by_name_in_pieces(client: Client) -> None:
    for name in ("Cara Low", "Ada Moor", "Bea Hill"):
        make_artwork(artist=name)

    first = get(client, "/artists?limit=2")
    rest = client.get(first["next"]).json()

    assert [each["name"] for each in first["items"]] == ["Ada Moor", "Bea Hill"]
    assert [each["name"] for each in rest["items"]] == ["Cara Low"]
    assert rest["next"] is None
    assert client.get(first["items"][0]["works"]).json()["total"] == 1
    assert get(client, "/artists/ada-moor")["name"] == "Ada Moor"


def test_a_list_takes_as_many_queries_for_many_works_as_for_few(client: Client) -> None:
    make_artwork()
    with CaptureQueriesContext(connection) as few:
        get(client, "/works")
    for number in range(20):
        make_artwork(artist=f"Artist {number}")

    with CaptureQueriesContext(connection) as many:
        get(client, "/works")

    assert len(many) <= len(few)
