from __future__ import annotations

import re

import pytest
from django.http import QueryDict
from django.test import Client

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import actions, browsing
from webapp.feed.browsing import piece
from webapp.feed.models import Visitor
from webapp.feed.profile import of_works
from webapp.feed.wish import Wish

pytestmark = pytest.mark.django_db


def wish(address: str = "") -> Wish:
    return Wish.from_query(QueryDict(address))


def works_on(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="card"[^>]*data-work="(\d+)"', html)]


@pytest.mark.parametrize(
    "path",
    ["", "?sort=popular", "?q=ridge", "?q=ridge&sort=newest", "?palette=8a7f70"],
)
def test_following_the_links_shows_every_work_once(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "PAGE", 3)
    pks = [make_artwork().pk for _ in range(8)]
    for fan in range(2):
        visitor = Visitor.objects.create(label=f"fan {fan}")
        for pk in pks[fan : fan + 3]:
            actions.like(visitor=visitor, artwork=Artwork.objects.get(pk=pk))
    seen: list[int] = []
    following: str | None = f"/browse/{path}"

    while following:
        html = client.get(following).content.decode()
        seen += works_on(html)
        link = re.search(r'rel="next" href="([^"]+)"', html)
        following = link[1].replace("&amp;", "&") if link else None

    assert len(seen) == 8
    assert set(seen) == set(pks)


@pytest.mark.parametrize("address", ["", "q=ridge", "palette=8a7f70"])
def test_works_hidden_between_two_pieces_swallow_no_others(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "PAGE", 2)
    pks = [make_artwork().pk for _ in range(5)]
    first = piece(wish(address))
    rest = [pk for pk in pks if pk not in {work.pk for work in first.works}]

    second = piece(wish(address), after=first.after, exclude=[work.pk for work in first.works])

    assert len(first.works) == len(second.works) == 2
    assert {work.pk for work in second.works} <= set(rest)


def test_the_most_liked_come_first_when_asked() -> None:
    works = [make_artwork() for _ in range(3)]
    for fan in range(2):
        visitor = Visitor.objects.create(label=f"fan {fan}")
        for work in works[: fan + 1]:
            actions.like(visitor=visitor, artwork=work)

    found = piece(wish("sort=popular"))

    assert [work.pk for work in found.works] == [works[0].pk, works[1].pk, works[2].pk]


def test_filters_combine_and_stay_in_the_links(client: Client) -> None:
    wanted = make_artwork(style="Ridges", availability="sold")
    make_artwork(style="Ridges")
    make_artwork(style="Grids", availability="sold")
    blue = make_artwork(style="Ridges", availability="sold")
    ArtworkImage.objects.filter(artwork=blue).update(colours=["blue"])

    html = client.get("/browse/?style=Ridges&availability=sold&colour=brown").content.decode()

    assert works_on(html) == [wanted.pk]
    assert "?style=Ridges&amp;style=Grids&amp;colour=brown&amp;availability=sold" in html


def test_for_you_orders_what_a_filter_leaves_and_leaves_out_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browsing, "PAGE", 2)
    space = make_space()
    liked = make_artwork(style="Grids")
    place(space, liked, [1, 0, 0, 0])
    others = [make_artwork(style="Ridges") for _ in range(5)]
    for number, work in enumerate(others[:4]):
        place(space, work, [number, 1, 0, 0])  # the last of them is most like what is liked
    asked = wish("style=Ridges&sort=for-you")
    seen, after = [], ""

    while True:
        found = piece(asked, after=after, profile=of_works([liked.pk]))
        seen += [work.pk for work in found.works]
        if not (after := found.after):
            break

    # The one without a vector comes last, and every match comes.
    assert seen == [others[3].pk, others[2].pk, others[1].pk, others[0].pk, others[4].pk]


def test_for_you_says_what_to_do_first_to_somebody_unknown(client: Client) -> None:
    works = [make_artwork(), make_artwork()]

    html = client.get("/browse/?sort=for-you").content.decode()

    assert "Like a few works first" in html
    assert works_on(html) == [works[1].pk, works[0].pk]


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "~",
        "1~2~3",
        "2026-01-01~5",
        f"{10**20}~1",
        "nan~1",
        "9" * 30,
        f"2026-01-01T00:00Z~{10**30}",
    ],
)
@pytest.mark.parametrize("query", ["", "sort=popular", "q=ridge", "palette=8a7f70"])
def test_a_broken_place_starts_from_the_beginning(client: Client, after: str, query: str) -> None:
    artwork = make_artwork()

    response = client.get("/browse/", {**QueryDict(query).dict(), "after": after})

    assert works_on(response.content.decode()) == [artwork.pk]


def test_an_address_says_a_wish_and_a_wish_its_address() -> None:
    address = "q=ridge+evening&style=Ridges&style=Grids&period=1880-1889&price=EUR100-499.99"
    address += "&palette=a1b2c3&palette=000000&sort=popular"

    assert wish(address).address() == f"?{address}"


def test_what_an_address_cannot_mean_is_left_out() -> None:
    read = wish("sort=random&period=soon&price=cheap&size=tiny&colour=ultra&palette=blue&q=%00a")

    assert read == Wish(text="a")


def test_a_range_of_ones_own_becomes_a_price(client: Client) -> None:
    cheap, dear = make_artwork(), make_artwork()
    Artwork.objects.filter(pk=cheap.pk).update(price="80", currency="EUR")
    Artwork.objects.filter(pk=dear.pk).update(price="800", currency="EUR")

    html = client.get("/browse/?price_min=500&price_max=").content.decode()

    assert works_on(html) == [dear.pk]
    assert "From 500" in html
