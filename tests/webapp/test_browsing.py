from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import actions, browsing
from webapp.feed.browsing import Wish, piece
from webapp.feed.models import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def works_on(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="card"[^>]*data-work="(\d+)"', html)]


@pytest.mark.parametrize("sort", ["", "popular"])
def test_following_the_links_shows_every_work_once(
    client: Client, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "PAGE", 3)
    pks = [make_artwork().pk for _ in range(8)]
    for fan in range(2):
        visitor = Visitor.objects.create(label=f"fan {fan}")
        for pk in pks[fan : fan + 3]:
            actions.like(visitor=visitor, artwork=Artwork.objects.get(pk=pk))
    seen: list[int] = []
    path: str | None = f"/?sort={sort}"

    while path:
        html = client.get(path).content.decode()
        seen += works_on(html)
        link = re.search(r'href="([^"]+)"[^>]*>More works|rel="next" href="([^"]+)"', html)
        path = (link[1] or link[2]).replace("&amp;", "&") if link else None

    assert len(seen) == 8
    assert set(seen) == set(pks)


def test_works_hidden_between_two_pieces_swallow_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browsing, "PAGE", 2)
    pks = [make_artwork().pk for _ in range(5)]
    first = piece(Wish())

    second = piece(Wish(), after=first.after, exclude=[work.pk for work in first.works])

    assert [work.pk for work in second.works] == [pks[2], pks[1]]


def test_the_most_liked_come_first_when_asked() -> None:
    works = [make_artwork() for _ in range(3)]
    for fan in range(2):
        visitor = Visitor.objects.create(label=f"fan {fan}")
        for work in works[: fan + 1]:
            actions.like(visitor=visitor, artwork=work)

    found = piece(Wish(sort="popular"))

    assert [work.pk for work in found.works] == [works[0].pk, works[1].pk, works[2].pk]


def test_filters_combine_and_stay_in_the_links(client: Client) -> None:
    wanted = make_artwork(style="Ridges", availability="sold")
    make_artwork(style="Ridges")
    make_artwork(style="Grids", availability="sold")
    blue = make_artwork(style="Ridges", availability="sold")
    ArtworkImage.objects.filter(artwork=blue).update(colours=["blue"])

    html = client.get("/?style=Ridges&availability=sold&colour=brown").content.decode()

    assert works_on(html) == [wanted.pk]
    assert "?availability=sold&amp;colour=brown&amp;style=Grids" in html


def test_a_wish_nothing_fits_offers_the_way_back(client: Client) -> None:
    make_artwork()

    html = client.get("/?style=Nonsense").content.decode()

    assert "No work fits all of that" in html


@pytest.mark.parametrize(
    "after",
    ["x", "~", "1~2~3", "2026-01-01~5", "99999999999999999999~1", "2026-01-01T00:00Z~" + "9" * 30],
)
@pytest.mark.parametrize("sort", ["", "popular"])
def test_a_broken_place_starts_from_the_beginning(client: Client, after: str, sort: str) -> None:
    artwork = make_artwork()

    response = client.get("/", {"after": after, "sort": sort})

    assert works_on(response.content.decode()) == [artwork.pk]


def test_an_unknown_sort_is_newest() -> None:
    assert Wish.from_query({"sort": "random", "style": "Ridges"}) == Wish(style="Ridges")
