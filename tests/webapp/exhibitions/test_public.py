"""What visitors see of exhibitions: the list, and a walk through one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artwork
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.exhibitions import actions, arrangement, queries
from webapp.exhibitions.models import Exhibition
from webapp.exhibitions.views.public import PAGE

pytestmark = pytest.mark.django_db


def _opened(title: str, works: list[Artwork], *, days: int = 0) -> Exhibition:
    made = actions.start(title, [work.pk for work in works], None)
    made.opens = timezone.now() - timedelta(days=days)
    made.save()
    return made


def _hung(html: str) -> list[int]:
    """The works that hang, in their order."""
    return [int(pk) for pk in re.findall(r'data-work="(\d+)" data-hung', html)]


def _listed(html: str) -> list[str]:
    return re.findall(r"<h2>([^<]+)</h2>", html)


def test_those_open_with_something_to_see_are_listed_newest_first(client: Client) -> None:
    seen, gone = make_artwork("Ridge"), make_artwork("Slope", state=Artwork.State.WITHDRAWN)
    _opened("Old", [gone, seen], days=3)
    _opened("New", [seen])
    _opened("Empty", [gone])
    actions.delete(_opened("Deleted", [seen]))
    actions.start("Draft", [seen.pk], None)
    _opened("Scheduled", [seen], days=-1)
    Exhibition.objects.filter(pk=_opened("Closed", [seen], days=9).pk).update(
        closes=timezone.now() - timedelta(days=1)
    )

    html = client.get("/exhibitions/").content.decode()

    assert _listed(html) == ["New", "Old"]


def test_the_list_leads_on_and_costs_the_same_however_long_it_is(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    work = make_artwork()
    for days in range(PAGE + 1):
        _opened(f"Show {days}", [work], days=days)

    with django_assert_max_num_queries(4):
        first = client.get("/exhibitions/").content.decode()
    last = client.get("/exhibitions/?page=2").content.decode()

    assert len(_listed(first)) == PAGE
    assert _listed(last) == [f"Show {PAGE}"]
    assert ('href="?page=2"' in first, "Back to the start" in last) == (True, True)
    assert client.get("/exhibitions/?page=3").status_code == 404


@pytest.mark.parametrize("page", ["0", "one", "-1", "²", "\0", pytest.param("9" * 99, id="long")])
def test_a_page_that_is_no_number_is_the_first(client: Client, page: str) -> None:
    _opened("Show", [make_artwork()])

    html = client.get("/exhibitions/", {"page": page}).content.decode()

    assert _listed(html) == ["Show"]


def test_a_visitor_walks_through_rooms_with_their_words_walls_and_labels(client: Client) -> None:
    ridge, slope = make_artwork("Ridge"), make_artwork("Slope")
    made = _opened("Evenings", [ridge], days=2)

    def two_rooms(before: arrangement.Arrangement) -> tuple[arrangement.Arrangement, str]:
        after = arrangement.add_room(before, "Later")
        after = arrangement.hang(after, 1, [slope.pk])
        after = arrangement.change_room(after, 1, wall="midnight", text="The lamps are lit.")
        after = arrangement.relabel(after, {slope.pk: "Look at the window."})
        return replace(after, by_line="Mara Veld", introduction="Light leaves."), "Built"

    actions.change(made, None, two_rooms)

    html = client.get(made.get_absolute_url()).content.decode()

    for words in ("Evenings", "Curated by Mara Veld", "Light leaves.", "The lamps are lit."):
        assert words in html
    assert html.index('id="room-1"') < html.index(f'data-work="{ridge.pk}"')
    assert 'class="room wall-midnight deep" id="room-2"' in html
    assert html.index('id="room-2"') < html.index("Look at the window.")
    assert re.findall(r'<a href="#room-(\d)">', html) == ["1", "2"]
    assert f'formaction="/works/{slope.pk}/like/"' in html


def test_a_cover_that_hangs_first_is_seen_at_the_entrance_and_not_again(client: Client) -> None:
    ridge, slope = make_artwork("Ridge"), make_artwork("Slope")
    first, other = _opened("First", [ridge, slope]), _opened("Other", [ridge, slope])
    Exhibition.objects.filter(pk=other.pk).update(cover=slope)

    pages = [client.get(made.get_absolute_url()).content.decode() for made in (first, other)]

    for html, at_entrance, in_room in zip(
        pages, (ridge, slope), ([slope], [ridge, slope]), strict=True
    ):
        entrance, room = html.split('id="room-1"')
        assert f'href="/works/{at_entrance.pk}/"' in entrance
        assert _hung(room) == [work.pk for work in in_room]
        assert "2 works" in entrance
    assert _hung(pages[0].split('id="room-1"')[0]) == [ridge.pk]


def test_a_work_that_has_a_room_to_itself_stays_in_it(client: Client) -> None:
    ridge = make_artwork("Ridge")
    made = _opened("Evenings", [ridge])

    html = client.get(made.get_absolute_url()).content.decode()

    assert "entrance-work" not in html
    assert _hung(html) == [ridge.pk]


def test_search_engines_and_messengers_are_told_what_it_is(client: Client) -> None:
    made = _opened("Evenings & lamps", [make_artwork()])

    html = client.get(made.get_absolute_url()).content.decode()

    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert data is not None
    event = json.loads(data[1])
    assert (event["@type"], event["name"]) == ("ExhibitionEvent", "Evenings & lamps")
    assert event["startDate"] == made.opens.isoformat() if made.opens else False
    assert 'property="og:image"' in html
    assert f'<link rel="canonical" href="http://testserver{made.get_absolute_url()}">' in html


def test_a_withdrawn_work_vanishes_and_what_is_left_stays_open(client: Client) -> None:
    ridge, slope = make_artwork("Ridge"), make_artwork("Slope")
    made = _opened("Evenings", [ridge, slope])
    Exhibition.objects.filter(pk=made.pk).update(cover=ridge)
    Artwork.objects.filter(pk=ridge.pk).update(state=Artwork.State.WITHDRAWN)

    html = client.get(made.get_absolute_url()).content.decode()
    Artwork.objects.filter(pk=slope.pk).update(state=Artwork.State.WITHDRAWN)
    empty = client.get(made.get_absolute_url())

    assert "Ridge" not in html
    assert f'href="/works/{slope.pk}/"' in html
    assert empty.status_code == 404


def test_before_it_opens_only_curators_see_it(client: Client) -> None:
    made = actions.start("Evenings", [make_artwork().pk], None)
    carl = signed_in(person("carl", CURATORS))

    stranger, curator = client.get(made.get_absolute_url()), carl.get(made.get_absolute_url())

    assert (stranger.status_code, curator.status_code) == (404, 200)
    assert "Only curators see this yet." in curator.content.decode()
    assert curator.headers["X-Robots-Tag"] == "noindex"


def test_it_appears_by_itself_on_its_day_and_says_when_it_has_closed(client: Client) -> None:
    made = actions.start("Evenings", [make_artwork().pk], None)
    now = timezone.now()
    address = made.get_absolute_url()
    answers = []
    for opens, closes in ((1, 2), (-1, 2), (-2, -1)):
        days = {"opens": now + timedelta(days=opens), "closes": now + timedelta(days=closes)}
        Exhibition.objects.filter(pk=made.pk).update(**days)
        answers.append(client.get(address))

    assert [each.status_code for each in answers] == [404, 200, 200]
    assert "closed on" not in answers[1].content.decode()
    assert "This exhibition closed on" in answers[2].content.decode()


def test_at_the_end_one_is_led_to_the_next(client: Client) -> None:
    older, newer = (
        _opened(title, [make_artwork()], days=days) for title, days in (("Older", 5), ("Newer", 1))
    )

    from_newer = client.get(newer.get_absolute_url()).content.decode()
    from_older = client.get(older.get_absolute_url()).content.decode()

    assert f'<a href="{older.get_absolute_url()}">Older</a>' in from_newer
    assert f'<a href="{newer.get_absolute_url()}">Newer</a>' in from_older


def test_an_exhibition_costs_the_same_however_much_hangs_there(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    works = [make_artwork(f"Work {number}", artist=f"Artist {number}") for number in range(9)]
    small, large = _opened("Small", works[:1]), _opened("Large", works)
    client.get(small.get_absolute_url())

    for made in small, large:
        with django_assert_max_num_queries(9):
            client.get(made.get_absolute_url())


def test_the_sitemap_knows_what_is_open(client: Client) -> None:
    made = _opened("Evenings", [make_artwork()])
    draft = actions.start("Draft", [make_artwork().pk], None)

    told = client.get("/sitemap-exhibitions.xml").content.decode()

    assert (made.token in told, draft.token in told) == (True, False)


def test_the_chosen_cover_stands_for_it_while_it_can_be_seen() -> None:
    one, two = make_artwork("Ridge"), make_artwork("Slope")
    made = _opened("Evening", [one, two])
    Exhibition.objects.filter(pk=made.pk).update(cover=two)

    chosen = queries.covers(list(queries.exhibitions()))
    Artwork.objects.filter(pk=two.pk).update(state=Artwork.State.WITHDRAWN)
    left = queries.covers(list(queries.exhibitions()))

    assert (chosen[made.pk], left[made.pk]) == (two, one)


@pytest.mark.parametrize("token", ["nothing", "%00", "a b"])
def test_an_address_of_nothing_is_not_found(client: Client, token: str) -> None:
    assert client.get(f"/exhibitions/{token}/").status_code == 404
    assert client.get(f"/collections/{token}/").status_code == 404
