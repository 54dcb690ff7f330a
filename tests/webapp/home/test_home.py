"""The front door: which rails come to whom, and that no work stands twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.home.hall import age, cards, exhibit, html_of, hung, keys, loved, own, rail
from tests.webapp.makers import make_artist, make_artwork
from webapp.feed import actions
from webapp.feed.models import Event, Visitor
from webapp.mine.models import Choices, Follow

pytestmark = pytest.mark.django_db


def test_somebody_new_is_told_how_to_begin_and_sees_what_others_love(client: Client) -> None:
    works = hung()
    age(works)
    loved(works[:40])

    html = html_of(client)

    assert "Like a few works, and these rooms become your own" in html
    assert 'href="/quiz/"' in html
    assert "picked by the curators" in html.partition("</section>")[0]
    assert keys(html) == ["popular", "fresh"]
    assert set(rail(html, "fresh")) <= {work.pk for work in works}


def test_who_likes_a_few_works_finds_them_to_be_the_reason(client: Client) -> None:
    works = hung()
    age(works)
    loved(works[-40:])
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")

    html = html_of(client)

    opening = cards(html.partition("</section>")[0])
    assert 'id="opening-title">For you<' in html
    assert len(set(opening) & {work.pk for work in works[3:30]}) >= 8  # one may be drawn
    assert "because" in keys(html)
    assert re.search(r"Because you liked <cite>Work \d</cite>", html)
    assert "/quiz/" not in html.partition("</section>")[0]


def test_it_is_said_what_the_visitor_did_with_a_work(client: Client) -> None:
    works = hung()
    age(works)
    client.post(f"/works/{works[89].pk}/hide/")
    actions.save(visitor=own(client), artwork=works[0])

    html = html_of(client)

    assert "Because you saved <cite>Work 0</cite>" in html.partition("</section>")[0]
    assert "Because you saved <cite>Work 0</cite>" in html.partition('id="because')[2]
    assert "you liked" not in html


def test_where_nothing_can_rank_a_taste_the_page_is_everybody_s(client: Client) -> None:
    works = [make_artwork(str(number), artist=str(number)) for number in range(20)]
    loved(works[10:])
    client.post(f"/works/{works[0].pk}/like/")

    html = html_of(client)

    assert "A gallery that learns" in html
    assert keys(html)[:1] == ["popular"]


def test_no_work_stands_twice_and_none_that_is_known_or_hidden_stands_at_all(
    client: Client,
) -> None:
    works = hung()
    age(works[20:])
    loved(works[10:80])
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")
    client.post(f"/works/{works[30].pk}/hide/")
    visitor = own(client)
    for work in works[25:40]:
        Event.objects.create(visitor=visitor, artwork=work, kind="view", time=timezone.now())
    Follow.objects.create(visitor=visitor, artist=works[50].artist)
    exhibit(works[5:15])

    html = html_of(client)

    every = cards(html) + [int(pk) for pk in re.findall(r'data-exhibited="(\d+)"', html)]
    assert {"new", "because", "recent", "different", "exhibitions"} <= set(keys(html))
    assert len(every) == len(set(every))
    assert not {work.pk for work in (*works[:3], works[30])} & set(every)


def test_what_joined_lately_is_ranked_by_taste(client: Client) -> None:
    works = hung(60)
    age(works[:40])
    client.post(f"/works/{works[59].pk}/like/")

    html = html_of(client)

    opening = cards(html.partition("</section>")[0])
    new = rail(html, "new")
    assert len(new) >= 4
    assert set(new) <= {work.pk for work in works[40:]}
    expected = [work.pk for work in reversed(works[40:59]) if work.pk not in opening]
    assert set(new[:4]) <= set(expected[:8])


def test_artists_one_follows_have_a_rail_of_their_newest(client: Client) -> None:
    works = hung(12)
    artist = make_artist("Sail and Oar")
    theirs = [make_artwork(f"Sail {each}", artist="Sail and Oar") for each in range(6)]
    sold = make_artwork("Sold", artist="Sail and Oar", availability="sold")
    client.post(f"/works/{works[0].pk}/hide/")
    Follow.objects.create(visitor=own(client), artist=artist)
    loved(works[1:])

    html = html_of(client)

    assert rail(html, "artists") == [work.pk for work in reversed(theirs)]
    assert sold.pk not in cards(html)


def test_what_one_looked_at_comes_newest_first_and_leads_on(client: Client) -> None:
    works = hung(40)
    loved(works[20:])
    for _ in range(2):  # others look at the same works in one visit
        other = Visitor.objects.create()
        for minute, work in enumerate(works[:8]):
            time = timezone.now() - timedelta(days=1, minutes=-minute)
            Event.objects.create(visitor=other, artwork=work, kind="view", time=time)
    for work in works[10:15]:
        client.post(f"/works/{work.pk}/viewed/")
    client.post(f"/works/{works[0].pk}/viewed/")

    html = html_of(client)

    assert f'id="visits-{works[0].pk}"' in html
    assert set(rail(html, f"visits-{works[0].pk}")) == {work.pk for work in works[1:8]}
    assert rail(html, "recent")[:2] == [works[0].pk, works[14].pk]
    assert "Visitors of <cite>Work 0</cite> also looked at" in html


def test_a_hidden_work_is_not_among_those_looked_at(client: Client) -> None:
    works = hung(12)
    client.post(f"/works/{works[5].pk}/hide/")
    for work in works[:6]:
        client.post(f"/works/{work.pk}/viewed/")
    loved(works[6:])

    assert rail(html_of(client), "recent") == [work.pk for work in reversed(works[:5])]


def test_an_exhibition_leads_to_its_page_and_shows_its_first_works(client: Client) -> None:
    works = hung(30)
    shown = exhibit(works[20:29])
    exhibit(works[10:12], title="Not yet", opens=None)
    loved(works[:10])

    html = html_of(client)

    assert f'href="/exhibitions/{shown.token}/"' in html
    assert "Mara Veld · 9 works" in html
    assert "Not yet" not in html


def test_what_is_different_is_far_from_the_taste_and_others_can_be_asked_for(
    client: Client,
) -> None:
    works = hung()
    age(works)
    loved(works)
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")

    html = html_of(client)
    others = html_of(client, "/?different=1")

    far = {work.pk for work in works[45:]}
    assert "on purpose" in html
    assert set(rail(html, "different")) <= far
    assert set(rail(others, "different")) <= far
    assert rail(html, "different") == rail(html_of(client), "different")
    assert rail(html, "different") != rail(others, "different")
    assert 'href="?different=2#different"' in others
    assert rail(html_of(client, "/?different=x"), "different") == rail(html, "different")


def test_who_wants_no_recommendations_sees_what_everybody_sees(client: Client) -> None:
    works = hung()
    loved(works[40:])
    client.post(f"/works/{works[0].pk}/like/")
    client.post(f"/works/{works[1].pk}/viewed/")
    Choices.objects.create(visitor=own(client), impersonal=True)

    html = html_of(client)

    assert "You have switched recommendations off" in html
    assert not {"for-you", "because", "new", "visits", "different"} & set(keys(html))
    assert "For you</h1>" not in html


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_gallery_of_a_few_works_shows_them(client: Client, number: int) -> None:
    works = hung(number)
    loved(works[:1])
    exhibit(works)

    assert sorted(cards(html_of(client))) == [work.pk for work in works]


@pytest.mark.parametrize(
    "query", ["q=ridge", "style=A+B&palette=8a7f70", "sort=popular", "after=x", "price_min=5"]
)
def test_old_addresses_of_searches_lead_to_browsing_for_good(client: Client, query: str) -> None:
    response = client.get(f"/?{query}")

    assert response.status_code == 301
    assert response["Location"] == f"/browse/?{query}"


def test_the_door_opens_with_other_words_behind_it(client: Client) -> None:
    make_artwork()

    assert client.get("/?utm_source=letter").status_code == 200


@pytest.mark.parametrize("number", [60, 150])
def test_the_page_asks_the_same_few_questions_however_many_works(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    works = hung(number)
    loved(works[number // 2 :])
    exhibit(works[number // 3 : number // 2])
    for work in works[: number // 15]:
        client.post(f"/works/{work.pk}/like/")
    for work in works[20 : number // 3]:
        client.post(f"/works/{work.pk}/viewed/")
    Follow.objects.create(visitor=own(client), artist=works[25].artist)
    html_of(client)

    with django_assert_max_num_queries(27):
        html_of(client)
    # Picks, newest, three of exhibitions, what may be shown, cards.
    with django_assert_max_num_queries(7):
        html_of(Client())
