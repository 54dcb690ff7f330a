"""The page of a work, for people and for machines."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.webapp.makers import make_artwork
from webapp.catalog import linked
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import impressions
from webapp.feed.models import Visitor
from webapp.feed.ranking import Entry

pytestmark = pytest.mark.django_db


def page(client: Client, work: Artwork, query: str = "") -> str:
    return client.get(f"{work.get_absolute_url()}{query}").content.decode()


def linked_data(text: str) -> Any:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert len(found) == 1
    return json.loads(found[0])


def known(**facts: object) -> Artwork:
    work = make_artwork("Ridge, evening", width=1600, height=1200)
    Artwork.objects.filter(pk=work.pk).update(
        **{
            "year": 1889,
            "width_cm": 92,
            "height_cm": 73,
            "price": Decimal(1200),
            "currency": "EUR",
            "credit_line": "Gift of a friend",
            "accession_number": "SK-A-1505",
            "description": "A ridge.",
            "rights": "CC0",
            **facts,
        }
    )
    ArtworkImage.objects.filter(artwork=work).update(widths=[320, 640, 1280, 1600])
    return Artwork.objects.get(pk=work.pk)


def test_machines_read_what_the_label_says(client: Client) -> None:
    work = known()

    found = linked_data(page(client, work))

    address = f"http://testserver/works/{work.pk}/"
    assert found["@type"] == "VisualArtwork"
    assert (found["@id"], found["name"], found["dateCreated"]) == (
        address,
        "Ridge, evening",
        "1889",
    )
    assert found["creator"]["name"] == "Studio Halde"
    assert found["identifier"] == {
        "@type": "PropertyValue",
        "name": "Accession number",
        "value": "SK-A-1505",
    }
    assert found["width"] == {"@type": "QuantitativeValue", "value": 92.0, "unitCode": "CMT"}
    assert found["offers"]["price"] == "1200.00"
    assert found["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert found["image"]["contentUrl"].startswith("http://testserver/media/works/")
    assert found["image"]["contentUrl"].endswith("/1280.jpeg")
    assert (found["image"]["width"], found["image"]["height"]) == (1280, 960)


def test_the_inventory_number_is_told_in_the_language_of_the_visitor(client: Client) -> None:
    address = known().get_absolute_url()

    english = client.get(address).content.decode()
    spanish = client.get(address, headers={"Accept-Language": "es"}).content.decode()

    assert "Inventory number SK-A-1505" in english
    assert "Número de inventario SK-A-1505" in spanish


def test_machines_are_told_nothing_that_is_not_known(client: Client) -> None:
    work = make_artwork("Vase", artist="Unknown artist", availability="sold")
    Artwork.objects.filter(pk=work.pk).update(price=9, currency="EUR", medium="", style="")

    found = linked_data(page(client, work))

    assert set(found) == {"@context", "@type", "@id", "url", "name", "image"}


def test_no_title_ends_the_element_it_stands_in(client: Client) -> None:
    title = "</script><script>alert(1)</script> & \u2028 <!-- é"
    work = make_artwork(title)

    text = page(client, work)

    assert linked_data(text)["name"] == title
    assert "alert(1)</script>" not in text


def test_years_before_our_era_are_written_as_dates(client: Client) -> None:
    assert linked_data(page(client, known(year=-440)))["dateCreated"] == "-0440"
    assert linked_data(page(client, known(year=79)))["dateCreated"] == "0079"


def test_messengers_find_a_card_with_a_jpeg(client: Client) -> None:
    work = known()

    text = page(client, work)

    assert f'<meta property="og:url" content="http://testserver/works/{work.pk}/">' in text
    assert re.search(r'og:image" content="http://testserver/media/works/\w+/1280\.jpeg"', text)
    assert 'og:title" content="Ridge, evening by Studio Halde"' in text
    assert 'name="twitter:card" content="summary_large_image"' in text


def test_a_page_has_one_address_however_one_came(client: Client) -> None:
    work = make_artwork()
    here = "http://testserver"

    def told(path: str) -> str:
        (found,) = re.findall(
            r'<link rel="canonical" href="(.*?)">', client.get(path).content.decode()
        )
        return str(found)

    assert told(f"/works/{work.pk}/?list={uuid4()}&utm_source=x") == f"{here}/works/{work.pk}/"
    assert told("/artists/studio-halde/?after=abc") == f"{here}/artists/studio-halde/"
    browse = reverse("browse")
    assert told(f"{browse}?utm=1") == f"{here}{browse}"
    assert told(f"{browse}?x=1&style=Ridges&after=") == f"{here}{browse}?style=Ridges"
    assert told(reverse("home")) == f"{here}{reverse('home')}"


def test_pages_of_ones_own_have_no_address_for_others(client: Client) -> None:
    for name in ("for-you", "likes", "sign-in"):
        assert "canonical" not in client.get(reverse(name)).content.decode()


def test_without_a_script_the_picture_leads_to_its_largest_size(client: Client) -> None:
    work = known()

    text = page(client, work)

    largest = f'/media/works/{work.image.key}/1600.jpeg"'
    assert text.count(f'href="{largest}') >= 2
    assert "data-detail" not in text


def test_a_picture_with_more_to_see_says_so(client: Client) -> None:
    work = known()
    ArtworkImage.objects.filter(artwork=work).update(width=9000, height=6750)

    assert "data-detail" in page(client, work)


@pytest.mark.parametrize(
    ("rights", "free"),
    [
        ("CC0", True),
        ("CC0 1.0 (https://creativecommons.org/publicdomain/zero/1.0/)", True),
        ("Public domain", True),
        ("https://creativecommons.org/publicdomain/mark/1.0/", True),
        ("CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)", False),
        ("Not in the public domain", False),
        ("© The artist", False),
        ("", False),
    ],
)
def test_a_picture_can_be_taken_home_where_the_rights_allow(
    client: Client, rights: str, free: bool
) -> None:
    work = known(rights=rights)

    assert (" download>" in page(client, work)) is free
    assert linked.is_public_domain(work) is free


def test_the_size_is_drawn_where_it_is_known(client: Client) -> None:
    assert 'class="scale"' in page(client, known())
    assert 'class="scale"' not in page(client, known(width_cm=None))


def test_drawings_are_numbers_in_every_language(client: Client) -> None:
    work = known(width_cm=Decimal("92.5"))
    client.cookies["django_language"] = "es"

    text = page(client, work)

    assert 'lang="es"' in text
    drawn = text[text.index('class="scale"') : text.index("</svg>", text.index('class="scale"'))]
    assert re.search(r'viewBox="0 0 [0-9.]+ [0-9.]+"', drawn)
    assert re.search(r"left:[0-9.]+%;top:[0-9.]+%", text)


def test_why_is_offered_for_lists_that_can_be_explained(client: Client) -> None:
    work = make_artwork()
    visitor = Visitor.objects.create()
    offered = {}
    for surface in ("for-you", "visits", "next", "home-different"):
        list_id = uuid4()
        entry = Entry(artwork_id=work.pk, position=0, source="model", space_id=None)
        impressions.record([entry], list_id=list_id, visitor_id=visitor.pk, surface=surface)
        before = "why-link" in page(client, work, f"?list={list_id}")
        impressions.flush()
        offered[surface] = (before, "why-link" in page(client, work, f"?list={list_id}"))

    assert offered.pop("for-you") == (True, True)
    assert set(offered.values()) == {(False, False)}
    assert "why-link" not in page(client, work, f"?list={uuid4()}")
    assert "why-link" not in page(client, work)
