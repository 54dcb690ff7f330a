from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.mine import history

pytestmark = pytest.mark.django_db


@pytest.fixture
def works(client: Client) -> list[Artwork]:
    """Seen by the client: the first today, the second today and a week ago, the third then."""
    works = [make_artwork(title) for title in ("One", "Two", "Three")]
    client.post(f"/works/{works[0].pk}/like/")
    visitor = Visitor.objects.get()
    noon = timezone.now().replace(hour=0, minute=0, second=0)
    for work, days, minutes in ((0, 0, 3), (1, 0, 2), (1, 7, 1), (2, 7, 0), (2, 7, 0)):
        Event.objects.create(
            visitor=visitor,
            artwork=works[work],
            kind="view",
            time=noon - timedelta(days=days) + timedelta(minutes=minutes),
        )
    return works


def _by_day(html: str) -> list[list[str]]:
    days = html.split('class="section day"')[1:]
    return [re.findall(r'class="card"[^>]* data-work="(\d+)"', day) for day in days]


def test_works_stand_under_their_days_each_once_the_last_first(
    client: Client, works: list[Artwork]
) -> None:
    html = client.get("/yours/history/").content.decode()

    one, two, three = (str(work.pk) for work in works)
    assert _by_day(html) == [[one, two], [two, three]]
    assert "Today" in html


def test_earlier_pages_go_on_where_the_first_ended(
    client: Client, works: list[Artwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 3)

    first = client.get("/yours/history/").content.decode()
    link = re.findall(r'href="(\?before=[^"]+)"', first)[0]
    second = client.get(f"/yours/history/{link}").content.decode()

    one, two, three = (str(work.pk) for work in works)
    assert (_by_day(first), _by_day(second)) == ([[one, two], [two]], [[three]])


@pytest.mark.parametrize("place", ["yesterday", "2026-01-01", "2026-13-01T00:00:00+00:00", "\0"])
def test_a_place_that_is_none_is_the_beginning(
    client: Client, works: list[Artwork], place: str
) -> None:
    response = client.get("/yours/history/", {"before": place})

    assert len(_by_day(response.content.decode())) == 2


def test_a_work_is_taken_out_for_good_unless_undone_at_once(
    client: Client, works: list[Artwork]
) -> None:
    pk = works[2].pk
    gone = client.post(f"/yours/history/{pk}/forget/", follow=True).content.decode()
    left = Event.objects.filter(kind="view", artwork_id=pk).count()

    client.post(f"/yours/history/{pk}/remember/")
    twice = client.post(f"/yours/history/{pk}/remember/")

    assert f'action="/yours/history/{pk}/remember/"' in gone
    assert (left, Event.objects.filter(kind="view", artwork_id=pk).count()) == (0, 2)
    assert twice.status_code == 404


def test_looks_come_back_all_of_them_and_as_they_were(client: Client, works: list[Artwork]) -> None:
    visitor, now = Visitor.objects.get(), timezone.now()
    Event.objects.bulk_create(
        Event(
            visitor=visitor,
            artwork=works[0],
            kind="view",
            time=now - timedelta(minutes=ago),
            muted=now if ago % 2 else None,
            list_id=uuid4() if ago % 3 else None,
        )
        for ago in range(250)
    )
    looks = Event.objects.filter(kind="view", artwork=works[0]).order_by("time")
    before = list(looks.values_list("time", "list_id", "muted"))

    client.post(f"/yours/history/{works[0].pk}/forget/")
    left = looks.count()
    client.post(f"/yours/history/{works[0].pk}/remember/")

    assert (left, len(before)) == (0, 251)
    assert list(looks.values_list("time", "list_id", "muted")) == before


def test_clearing_asks_first_and_leaves_likes_alone(client: Client, works: list[Artwork]) -> None:
    asked = client.get("/yours/history/clear/").content.decode()
    before = Event.objects.filter(kind="view").count()

    client.post("/yours/history/clear/")

    assert "for good" in asked
    assert (before, list(Event.objects.values_list("kind", flat=True))) == (5, ["like"])


def test_a_paused_history_notes_nothing_until_resumed(client: Client, works: list[Artwork]) -> None:
    client.post("/yours/history/pause/")
    client.post(f"/works/{works[0].pk}/viewed/")
    paused = Event.objects.filter(kind="view").count()
    page = client.get("/yours/history/").content.decode()
    client.post("/yours/history/resume/")
    client.post(f"/works/{works[0].pk}/viewed/")

    assert "Paused" in page
    assert (paused, Event.objects.filter(kind="view").count()) == (5, 6)


def test_nobody_takes_out_of_the_history_of_others(works: list[Artwork]) -> None:
    stranger = Client()

    answer = stranger.post(f"/yours/history/{works[0].pk}/forget/")
    stranger.post("/yours/history/clear/")

    assert answer.status_code == 404
    assert Event.objects.filter(kind="view").count() == 5


def test_the_last_works_looked_at_come_each_once(works: list[Artwork]) -> None:
    visitor = Visitor.objects.get()

    assert history.recent(visitor, limit=2) == works[:2]
    assert history.recent(None, limit=2) == []
