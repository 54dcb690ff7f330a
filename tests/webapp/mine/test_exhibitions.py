"""The page of all exhibitions, a few at a time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork
from webapp.feed.models import Visitor
from webapp.mine.models import Collection, CollectionItem
from webapp.mine.views.exhibitions import PAGE

pytestmark = pytest.mark.django_db


def _hang(count: int) -> None:
    visitor, work = Visitor.objects.create(), make_artwork()
    for days in range(count):
        made = Collection.objects.create(
            visitor=visitor,
            title=f"Room {days}",
            visibility="public",
            exhibited=timezone.now() - timedelta(days=days),
        )
        CollectionItem.objects.create(collection=made, artwork=work)


def _rooms(html: str) -> list[int]:
    return [int(number) for number in re.findall(r"<h2>Room (\d+)</h2>", html)]


def test_a_page_of_exhibitions_leads_to_the_next_and_back(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _hang(2 * PAGE)

    with django_assert_max_num_queries(4):
        first = client.get("/exhibitions/").content.decode()
    last = client.get("/exhibitions/?page=2").content.decode()

    assert (_rooms(first), _rooms(last)) == (
        list(range(PAGE)),
        list(range(PAGE, 2 * PAGE)),
    )
    assert ('href="?page=2"' in first, "Back to the start" in first) == (True, False)
    assert ('href="?page=3"' in last, "Back to the start" in last) == (False, True)


@pytest.mark.parametrize(
    "page", ["0", "one", "-1", "²", "", "\0", pytest.param("9" * 5_000, id="very long")]
)
def test_a_page_that_is_no_number_is_the_first(client: Client, page: str) -> None:
    _hang(1)

    html = client.get("/exhibitions/", {"page": page}).content.decode()

    assert _rooms(html) == [0]
    assert "More exhibitions" not in html


def test_a_page_behind_the_last_does_not_exist(client: Client) -> None:
    _hang(1)

    assert client.get("/exhibitions/?page=2").status_code == 404
    assert client.get("/exhibitions/?page=999999").status_code == 404
