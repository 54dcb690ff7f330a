"""The front door: which rails come to whom, and that no work stands twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artist, make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.feed import actions, impressions, served
from webapp.feed.models import Event, Experiment, Impression, Pick, Visitor
from webapp.mine.models import Choices, Collection, CollectionItem, Follow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    served.forget()
    cache.clear()
    impressions.discard()
    yield
    impressions.discard()


def hung(number: int = 90) -> list[Artwork]:
    """Works on a half circle, from one taste to its opposite, each of an artist of its own."""
    space = make_space()
    works = [make_artwork(f"Work {each}", artist=f"Artist {each}") for each in range(number)]
    for each, work in enumerate(works):
        angle = each / number
        place(space, work, [1 - 2 * angle, 2 * angle * (1 - angle), 0.05 * (each % 3), 0])
    return works


def age(works: list[Artwork], days: int = 90) -> None:
    """Let works have joined long ago."""
    ids = [work.pk for work in works]
    Artwork.objects.filter(pk__in=ids).update(added=timezone.now() - timedelta(days=days))


def loved(works: list[Artwork]) -> None:
    """Let a curator pick some and others like the rest."""
    for work in works[::3]:
        Pick.objects.create(artwork=work)
    fan = Visitor.objects.create()
    for work in works:
        actions.like(visitor=fan, artwork=work)


def html_of(client: Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def cards(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="card"[^>]* data-work="(\d+)"', html)]


def rail(html: str, key: str) -> list[int]:
    """Works of the rail with this anchor."""
    return cards(html.partition(f'id="{key}"')[2].partition("</section>")[0])


def keys(html: str) -> list[str]:
    """Anchors of the rails, without the numbers of works."""
    return re.findall(r'<section class="section home-rail" id="([a-z-]+?)(?:-\d+)?"', html)


def own(client: Client) -> Visitor:
    return Visitor.objects.get(pk=client.session["visitor"])


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


def exhibit(works: list[Artwork], title: str = "Quiet water", **values: object) -> Collection:
    given = {"visibility": "public", "exhibited": timezone.now(), "by_line": "Mara Veld"} | values
    made = Collection.objects.create(visitor=Visitor.objects.create(), title=title, **given)
    for position, work in enumerate(works):
        CollectionItem.objects.create(collection=made, artwork=work, position=position)
    return made


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
    exhibit(works[10:12], title="Not yet", exhibited=None, visibility="private")
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


def test_a_page_of_ones_own_is_noted_as_shown_rail_by_rail(client: Client) -> None:
    works = hung()
    age(works)
    loved(works[-40:])
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")
    client.post(f"/works/{works[9].pk}/viewed/")

    html = html_of(client)
    impressions.flush()

    rows = Impression.objects.order_by("list_id", "position")
    surfaces = set(rows.values_list("surface", flat=True))
    assert {"home-for-you", "home-because", "home-different", "home-fresh"} <= surfaces
    assert set(rows.values_list("artwork_id", flat=True)) == set(cards(html))
    assert set(rows.values_list("visitor_id", flat=True)) == {own(client).pk}
    ranked = rows.filter(surface__in=["home-for-you", "home-because"])
    assert ranked.values("list_id").distinct().count() == 1
    assert [row.position for row in ranked] == list(range(len(ranked)))
    opening = cards(html.partition("</section>")[0])
    assert [row.artwork_id for row in ranked[: len(opening)]] == opening
    drawn = rows.filter(surface="home-different")
    assert {row.propensity for row in drawn} == {1 / 13}  # a third of the forty that are loved
    for row in rows:
        assert f'data-list="{row.list_id}"' in html


def test_where_only_other_works_are_asked_for_only_they_come_and_are_noted(
    client: Client,
) -> None:
    works = hung()
    loved(works)
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")

    response = client.get("/?different=1", headers={"X-Rail": "different"})
    impressions.flush()

    html = response.content.decode()
    assert "<html" not in html
    assert "X-Rail" in response["Vary"]
    assert cards(html) == rail(html, "different") != []
    assert set(Impression.objects.values_list("surface", flat=True)) == {"home-different"}
    assert client.get("/", headers={"X-Rail": "no such"}).content.startswith(b"<!doctype html>")


def test_what_nobody_asked_for_and_what_strangers_see_is_not_noted(client: Client) -> None:
    works = hung(30)
    loved(works)
    stranger = Client()
    html_of(stranger)
    client.post(f"/works/{works[0].pk}/like/")
    client.get("/", headers={"Sec-Purpose": "prefetch"})
    client.head("/")

    assert impressions.waiting() == 0


def test_an_experiment_counts_what_it_ranked_and_an_interleaved_list_keeps_its_order(
    client: Client,
) -> None:
    works = hung()
    loved(works[-30:])
    for work in works[:3]:
        client.post(f"/works/{work.pk}/like/")
    running = Experiment.objects.create(
        name="looks", kind="interleaving", state="running", salt="s"
    )

    html = html_of(client)
    impressions.flush()

    assert "because" not in keys(html)
    of = Impression.objects.filter(experiment_id=running.pk)
    assert set(of.values_list("surface", flat=True)) == {"home-for-you"}
    assert {row.variant for row in of} == {"a", "b"}
    others = Impression.objects.exclude(surface="home-for-you")
    assert set(others.values_list("experiment_id", flat=True)) == {None}


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
