from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork
from tests.webapp.test_browsing import wish, works_on
from webapp.catalog import offering
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed.browsing import piece, seek
from webapp.feed.searching import Results, results
from webapp.feed.wish import Wish

pytestmark = pytest.mark.django_db


def make(**facts: Any) -> Artwork:
    """A work with facts of any kind; width and height are pixels."""
    image = {name: facts.pop(name) for name in ("width", "height") if name in facts}
    own = {name: facts.pop(name) for name in ("style", "artist", "availability") if name in facts}
    colours = facts.pop("colours", None)
    work = make_artwork(**own, **image)
    Artwork.objects.filter(pk=work.pk).update(**facts)
    if colours:
        ArtworkImage.objects.filter(artwork=work).update(colours=colours)
    return work


def shown(page: Results, name: str) -> dict[str, int | None]:
    menus = {menu.name: menu for menu in page.menus}
    return {choice.label: choice.count for choice in menus[name].choices} if name in menus else {}


def test_counts_of_a_facet_regard_the_others_but_not_itself() -> None:
    make(style="Ridges", colours=["blue"])
    make(style="Ridges", colours=["blue", "red"])
    make(style="Ridges", colours=["red"])
    make(style="Grids", colours=["blue"])

    page = results(wish("style=Ridges&colour=blue"))

    assert page.total == 2
    assert shown(page, "style") == {"Ridges": 2, "Grids": 1}
    assert shown(page, "colour") == {"Red": 2, "Blue": 2}


@pytest.mark.parametrize("seed", range(3))
def test_every_count_is_what_choosing_it_shows(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def any_of(*values: Any) -> Any:
        return values[int(rng.integers(len(values)))]

    for _ in range(60):
        make(
            style=any_of("Ridges", "Grids", ""),
            artist=any_of("Anna Berg", "Ole Lund"),
            medium=any_of("oil", "ink", ""),
            year=any_of(None, 1885, 1889, 1921, 2020),
            price=any_of("80.00", "100.00", "499.99", "12000.00"),
            currency=any_of("EUR", "EUR", "USD"),
            width_cm=any_of(None, "39.9", "40.0", "200.0"),
            width=any_of(100, 400),
            height=any_of(100, 400),
            availability=any_of("available", "sold"),
            colours=any_of(["blue"], ["blue", "red"], ["brown"]),
        )
    chosen = wish("style=Ridges&price=EUR-500&colour=blue&colour=brown&period=1880-2019")

    page = results(chosen)

    for menu in page.menus:
        for choice in menu.choices:
            alone = chosen.with_facet(menu.name, (choice.value,))
            assert choice.count == len(piece(alone).works), (menu.name, choice.label)
    assert len(page.menus) >= len(offering.LABELS) - 1  # what is empty for all works does not show


def test_values_of_one_facet_are_alternatives() -> None:
    works = [make(style="Ridges"), make(style="Grids"), make(style="Waves")]

    found = piece(wish("style=Ridges&style=Grids")).works

    assert {work.pk for work in found} == {works[0].pk, works[1].pk}


def test_hidden_works_are_neither_shown_nor_counted() -> None:
    hidden, other = make(style="Ridges"), make(style="Ridges")

    page = results(Wish(), hidden=[hidden.pk])

    assert page.total == 1
    assert shown(page, "style") == {"Ridges": 1}
    assert [work.pk for work in page.piece.works] == [other.pk]


def test_counts_follow_every_change_at_once() -> None:
    first, second = make(style="Ridges"), make(style="Ridges")
    totals = [results(Wish()).total]

    make(style="Grids")
    totals.append(results(Wish()).total)
    Artwork.objects.filter(pk=first.pk).update(state=Artwork.State.WITHDRAWN)
    totals.append(results(Wish()).total)
    second.delete()
    totals.append(results(Wish()).total)

    assert totals == [2, 3, 2, 1]


def test_counts_are_kept_while_nothing_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make()
    results(Wish())

    with django_assert_num_queries(3):  # the version, the artists' names, the works
        results(Wish())


def test_many_decades_become_centuries_that_open() -> None:
    for year in range(1700, 1990, 20):
        make(year=year)

    closed, opened = results(Wish()), results(wish("period=1800-1899"))

    assert shown(closed, "period") == {"1700 to 1799": 5, "1800 to 1899": 5, "1900 to 1999": 5}
    assert "1820s" in shown(opened, "period")
    assert "1720s" not in shown(opened, "period")


def test_where_nothing_fits_the_way_out_that_shows_most_comes_first(client: Client) -> None:
    for _ in range(3):
        make(style="Ridges", colours=["blue"])
    make(style="Grids", colours=["red"], year=1885)
    make(style="Ridges", colours=["red"], year=1921)

    page = results(wish("style=Ridges&colour=blue&period=1885-1885"))
    words = results(wish("q=nonsense&style=Ridges"))
    html = client.get("/browse/?style=Grids&colour=red&period=1921-1921").content.decode()

    assert [(way.label, way.count) for way in page.ways_out] == [("1885", 3)]
    assert [(way.label, way.count) for way in words.ways_out] == [("“nonsense”", 4)]
    assert works_on(client.get(f"/browse/{page.ways_out[0].address}").content.decode())
    assert "Without Grids" in html
    assert "Without 1921" in html


def test_where_one_part_less_is_not_enough_each_is_offered_alone() -> None:
    make(style="Ridges", colours=["blue"])
    make(style="Grids", colours=["red"])
    make(style="Grids", colours=["red"], availability="sold")

    page = results(wish("style=Grids&colour=blue&availability=not_for_sale"))

    assert [(way.label, way.count, way.address) for way in page.ways_out] == [
        ("Grids", 2, "?style=Grids"),
        ("Blue", 1, "?colour=blue"),
    ]


def test_chips_take_one_thing_away_each() -> None:
    make(style="Ridges")

    page = results(wish("q=ridge&style=Ridges&palette=8a7f70"))

    assert [(chip.label, chip.address) for chip in page.chips] == [
        ("“ridge”", "?style=Ridges&palette=8a7f70"),
        ("Ridges", "?q=ridge&palette=8a7f70"),
        ("#8a7f70", "?q=ridge&style=Ridges"),
    ]


def test_a_wish_nothing_fits_offers_the_way_back(client: Client) -> None:
    make_artwork()

    html = client.get("/browse/?style=Nonsense").content.decode()

    assert "No work fits all of that" in html
    assert "See the whole collection" in html


def test_an_empty_wish_asks_for_no_entries() -> None:
    assert seek(Wish()).base == ()
