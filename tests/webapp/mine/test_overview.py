"""All of one's own at a glance."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artist, make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.feed import actions as feed
from webapp.feed.models import Event, Visitor
from webapp.mine import actions

pytestmark = pytest.mark.django_db


def shelves(client: Client, language: str = "en") -> dict[str, tuple[int, str]]:
    """Of each shelf, by its page: how many pictures, and its line."""
    html = client.get("/yours/", headers={"Accept-Language": language}).content.decode()
    items = re.findall(r'<li>\s*<a href="([^"]+)">(.*?)</a>\s*<p>(.*?)</p>', html, re.DOTALL)
    return {address: (inside.count("<img"), line) for address, inside, line in items}


def test_each_shelf_shows_what_is_there_and_leads_to_it(client: Client) -> None:
    cache.clear()
    visitor, works = _somebody(client, likes=5)
    feed.save(visitor=visitor, artwork=works[0])
    actions.follow(visitor=visitor, artist=make_artist())
    Event.objects.create(visitor=visitor, artwork=works[1], kind="view", time=timezone.now())

    shown = shelves(client)

    assert shown["/likes/"] == (3, "5 works")
    assert shown["/yours/collections/"] == (1, "1 work")
    assert shown["/yours/following/"] == (3, "1 artist")
    assert shown["/yours/history/"][0] == 1
    assert shown["/yours/taste/"][0] == 3
    assert all(client.get(address).status_code == 200 for address in shown)


def test_empty_shelves_say_what_will_be_there(client: Client) -> None:
    shown = shelves(client)
    in_spanish = shelves(client, "es")

    assert len(shown) == 5
    assert {pictures for pictures, _line in shown.values()} == {0}
    assert shown["/likes/"][1] == "What you like is kept here."
    assert not {line for _, line in shown.values()} & {line for _, line in in_spanish.values()}
    assert not Visitor.objects.exists()


def test_the_page_costs_the_same_however_much_there_is(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for likes in (1, 9):
        cache.clear()
        client.session.flush()
        _somebody(client, likes=likes)
        client.get("/yours/")

        with django_assert_max_num_queries(16):
            assert client.get("/yours/").status_code == 200


def _somebody(client: Client, *, likes: int) -> tuple[Visitor, list[Artwork]]:
    space = make_space(4, state="building" if Visitor.objects.exists() else "live")
    works = [make_artwork(f"Work {number}") for number in range(likes)]
    for number, work in enumerate(works):
        place(space, work, (1.0, number, 0.0, 0.5))
        client.post(f"/works/{work.pk}/like/")
    return Visitor.objects.latest("pk"), works
