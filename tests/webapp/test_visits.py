"""What the current visit is: of visitors by their events, of strangers by their own browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed import actions, hooks, visits
from webapp.feed.models import Event, Visitor

pytestmark = pytest.mark.django_db


def bare() -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


def seen(visitor: Visitor, works: list[Artwork], minutes_ago: list[float], kind: str) -> None:
    for work, minutes in zip(works, minutes_ago, strict=True):
        time = timezone.now() - timedelta(minutes=minutes)
        Event.objects.create(visitor=visitor, artwork=work, kind=kind, time=time)


def remembered(client: Client) -> list[int]:
    """What the browser of a stranger remembers."""
    request = bare()
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    return visits.current(request, None)


def test_a_visit_is_what_was_looked_at_since_the_last_pause_each_work_once() -> None:
    visitor = Visitor.objects.create()
    a, b, c, d = (make_artwork(name) for name in "ABCD")
    seen(visitor, [d, a, b, c, a], [71, 40, 30, 10, 5], "view")
    seen(visitor, [c], [9], "like")

    assert visits.current(bare(), visitor) == [b.pk, c.pk, a.pk]
    assert visits.last_of(visitor) == [b.pk, c.pk, a.pk]


def test_a_visit_is_over_after_half_an_hour() -> None:
    visitor = Visitor.objects.create()
    works = [make_artwork(name) for name in "AB"]
    seen(visitor, works, [45, 31], "view")

    assert visits.current(bare(), visitor) == []
    assert visits.last_of(visitor) == [work.pk for work in works]
    assert visits.last_of(Visitor.objects.create()) == []


def test_what_was_hidden_taken_back_or_set_aside_is_no_step() -> None:
    visitor = Visitor.objects.create()
    a, b, c, d = (make_artwork(name) for name in "ABCD")
    seen(visitor, [a], [4], "view")
    seen(visitor, [b], [3], "hide")
    actions.like(visitor=visitor, artwork=c)
    actions.unlike(visitor=visitor, artwork=c)
    seen(visitor, [d], [1], "view")
    Event.objects.filter(artwork=d).update(muted=timezone.now())

    assert visits.current(bare(), visitor) == [a.pk]


def test_a_stranger_s_looks_stay_in_their_browser(client: Client) -> None:
    works = [make_artwork(name) for name in "AB"]

    for work in works:
        response = client.post(f"/works/{work.pk}/viewed/")

    assert response.status_code == 204
    assert remembered(client) == [work.pk for work in works]
    cookie = client.cookies["visit"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 1800)
    assert not Visitor.objects.exists()
    assert not Event.objects.exists()
    assert not Session.objects.exists()


def test_the_browser_remembers_no_more_than_the_newest_looks(client: Client) -> None:
    works = [make_artwork(str(number)) for number in range(visits.KEPT + 2)]

    for work in works:
        client.post(f"/works/{work.pk}/viewed/")

    assert remembered(client) == [work.pk for work in works[2:]]


@pytest.mark.parametrize("value", ["", "1.2", "1.1732000000:abc:def", "nonsense"])
def test_a_cookie_that_is_not_ours_says_nothing(client: Client, value: str) -> None:
    client.cookies["visit"] = value

    assert remembered(client) == []
    assert client.get("/for-you/").status_code == 200


def test_with_the_first_thing_done_the_looks_are_the_visitor_s(client: Client) -> None:
    a, b, gone = (make_artwork(name) for name in "ABC")
    for work in (a, b, gone):
        client.post(f"/works/{work.pk}/viewed/")
    gone.delete()

    client.post(f"/works/{b.pk}/like/")
    client.post(f"/works/{a.pk}/like/")

    visitor = Visitor.objects.get()
    kinds = visitor.events.order_by("time", "id").values_list("artwork", "kind")
    assert list(kinds) == [(a.pk, "view"), (b.pk, "view"), (b.pk, "like"), (a.pk, "like")]
    assert client.cookies["visit"].value == ""
    assert visits.current(bare(), visitor) == [b.pk, a.pk]


def test_signing_in_goes_on_with_the_visit(client: Client) -> None:
    a, b = (make_artwork(name) for name in "AB")
    client.post(f"/works/{a.pk}/viewed/")
    mara = User.objects.create_user("mara")
    Visitor.objects.create(user=mara)
    client.force_login(mara)

    client.post(f"/works/{b.pk}/viewed/")

    looks = Event.objects.order_by("time", "id").values_list("artwork", "visitor__user", "kind")
    assert list(looks) == [(a.pk, mara.pk, "view"), (b.pk, mara.pk, "view")]


def test_a_work_that_is_not_visible_is_not_remembered(client: Client) -> None:
    work = make_artwork(state=Artwork.State.WITHDRAWN)

    assert client.post(f"/works/{work.pk}/viewed/").status_code == 404
    assert "visit" not in client.cookies


def test_looks_before_signing_in_are_not_noted_where_history_is_paused(client: Client) -> None:
    user = User.objects.create_user("mara")
    member = Client()
    member.force_login(user)
    member.post("/yours/history/pause/")
    work = make_artwork()
    client.post(f"/works/{work.pk}/viewed/")

    client.force_login(user)
    client.post(f"/works/{work.pk}/viewed/")

    assert hooks.wanted(Visitor.objects.get()).unrecorded
    assert not Event.objects.exists()
    assert client.cookies["visit"].value == ""
