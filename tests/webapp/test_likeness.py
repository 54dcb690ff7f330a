"""Browsing in the order of likeness, and the strip on the page of a work."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.feed import browsing
from webapp.feed.searching import results
from webapp.feed.wish import Wish
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db


def wish(address: str) -> Wish:
    return Wish.from_query(QueryDict(address))


def fan(space: Space, number: int, style: str = "Ridges") -> list[Artwork]:
    """Make works, each a little less like the first."""
    works = [make_artwork(f"Work {i}", artist=f"Ola {i}", style=style) for i in range(number)]
    for i, work in enumerate(works):
        place(space, work, [1, i / number, 0, 0])
    return works


def works_on(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="card"[^>]*data-work="(\d+)"', html)]


def test_likeness_orders_what_filters_leave_and_leaves_out_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browsing, "PAGE", 2)
    space = make_space()
    own, *others = fan(space, 6)
    bare = make_artwork(style="Ridges")  # has no vector
    make_artwork(style="Grids")
    asked = wish(f"like={own.pk}&lens=look&style=Ridges")
    seen, after = [], ""

    while True:
        page = results(asked, after=after)
        seen += [work.pk for work in page.piece.works]
        if not (after := page.piece.after):
            break

    assert seen == [*(work.pk for work in others), bare.pk]
    assert page.total == 6
    assert {
        option.count for menu in page.menus if menu.name == "style" for option in menu.choices
    } == {
        6,
        1,
    }


def test_a_hidden_work_is_neither_shown_nor_counted() -> None:
    space = make_space()
    own, near, far = fan(space, 3)

    page = results(wish(f"like={own.pk}&lens=look"), hidden=[near.pk])

    assert [work.pk for work in page.piece.works] == [far.pk]
    assert page.total == 1


def test_the_lens_stays_with_every_filter_and_can_be_taken_away(client: Client) -> None:
    space = make_space()
    own, *_ = fan(space, 4)
    make_artwork(style="Grids")

    html = client.get(f"/browse/?like={own.pk}&lens=colour&style=Ridges").content.decode()

    assert f"?style=Ridges&amp;style=Grids&amp;like={own.pk}&amp;lens=colour" in html
    assert f"?style=Ridges&amp;like={own.pk}&amp;lens=artist" in html
    assert re.search(r'class="like-chip" href="\?style=Ridges"', html)
    assert "Most alike" in html
    assert own.pk not in works_on(html)


def test_what_is_gone_is_said_and_the_rest_answered(client: Client) -> None:
    work = make_artwork(style="Ridges")
    make_artwork(style="Grids")

    html = client.get("/browse/?like=987654321&lens=look&style=Ridges").content.decode()

    assert works_on(html) == [work.pk]
    assert "What these were to be like is not here any more." in html


def test_no_good_match_is_said_where_the_nearest_is_far(client: Client) -> None:
    space = make_space()
    own, *_ = fan(space, 50)
    far = make_artwork(style="Grids")
    place(space, far, [-1, 0, 0, 1])

    rare = client.get(f"/browse/?like={own.pk}&lens=look&style=Grids").content.decode()
    common = client.get(f"/browse/?like={own.pk}&lens=look").content.decode()

    assert works_on(rare) == [far.pk]
    assert "No good match with these filters." in rare
    assert "No good match" not in common


def test_words_and_likeness_combine() -> None:
    space = make_space()
    own, *others = fan(space, 5)
    Artwork.objects.filter(pk=others[3].pk).update(title="Harbour")

    page = results(wish(f"like={own.pk}&lens=look&q=harbour"))

    assert [work.pk for work in page.piece.works] == [others[3].pk]
    assert page.total == 1


@pytest.mark.parametrize("like", ["", "-1", "'; DROP", "a" * 5000, "1 2"])
def test_a_likeness_that_cannot_be_meant_is_left_out(like: str) -> None:
    assert Wish.from_query(QueryDict(f"q=a&like={like}&lens=look")) == Wish(text="a")


def test_the_switch_is_links_and_says_where_one_is(client: Client) -> None:
    space = make_space()
    own, *others = fan(space, 3)

    html = client.get(f"{own.get_absolute_url()}?lens=look").content.decode()
    alone = client.get(f"/works/{own.pk}/lenses/?lens=look").content.decode()

    chosen = re.findall(r'href="\?lens=(\w+)#similar"[^>]*aria-current="true"', html)
    assert chosen == ["look"]
    assert f"/browse/?like={own.pk}&amp;lens=look" in html
    assert works_on(alone) == [work.pk for work in others]
    assert "<html" not in alone


def test_a_work_that_nothing_can_be_compared_with_has_no_strip(client: Client) -> None:
    work = make_artwork()
    work.image.palette = []
    work.image.save()

    html = client.get(work.get_absolute_url()).content.decode()
    answer = client.get(f"/works/{work.pk}/lenses/")

    assert "More like this" not in html
    assert answer["Location"] == work.get_absolute_url()


@pytest.mark.parametrize("number", [4, 16])
@pytest.mark.parametrize(("lens", "cold", "warm"), [("look", 27, 7), ("agree", 26, 6)])
def test_a_strip_asks_the_same_few_questions_however_many_works(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
    lens: str,
    cold: int,
    warm: int,
) -> None:
    own, *_ = fan(make_space(), number)
    address = f"/works/{own.pk}/lenses/?lens={lens}"

    with django_assert_num_queries(cold):
        client.get(address)
    with django_assert_num_queries(warm):
        client.get(address)


@pytest.mark.parametrize("number", [4, 16])
def test_browsing_by_likeness_asks_the_same_few_questions_however_many_works(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    own, *_ = fan(make_space(), number)

    with django_assert_num_queries(11):
        client.get(f"/browse/?like={own.pk}&lens=look&style=Ridges")
