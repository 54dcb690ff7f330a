from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.feed import actions as feed
from webapp.feed.models import Visitor
from webapp.mine import actions
from webapp.mine.models import Collection

pytestmark = pytest.mark.django_db

TABS = (
    "yours",
    "likes",
    "yours/collections",
    "yours/following",
    "yours/history",
    "yours/hidden",
    "yours/taste",
    "account",
)


@pytest.mark.parametrize("path", [*TABS, "account/delete", "yours/history/clear"])
def test_every_page_of_ones_own_says_something_to_a_stranger(client: Client, path: str) -> None:
    response = client.get(f"/{path}/")

    assert response.status_code == 200
    assert "<h1" in response.content.decode()
    assert not Visitor.objects.exists()


@pytest.mark.parametrize("path", TABS)
def test_strangers_are_told_gently_where_their_things_are_kept(client: Client, path: str) -> None:
    artwork = make_artwork()
    client.post(f"/works/{artwork.pk}/like/")
    client.post(f"/works/{artwork.pk}/save/", {"in": "standard"})
    client.post("/artists/studio-halde/follow/")
    client.post(f"/works/{artwork.pk}/viewed/")
    if path == "yours/hidden":
        client.post(f"/works/{artwork.pk}/hide/")

    stranger = client.get(f"/{path}/").content.decode()
    client.force_login(User.objects.create_user("mara"))
    member = client.get(f"/{path}/").content.decode()

    assert "in this browser only" in stranger
    assert "in this browser only" not in member


@pytest.mark.parametrize("number", [3, 9])
def test_pages_ask_the_same_few_questions_however_much_is_kept(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    space = make_space()
    mara = User.objects.create_user("mara")
    visitor = Visitor.objects.create(user=mara)
    works = [make_artwork(f"Work {i}", artist=f"Studio {i}") for i in range(2 * number)]
    light = actions.create(visitor=visitor, title="Light")
    Collection.objects.filter(pk=light.pk).update(visibility="public")
    for i, work in enumerate(works):
        place(space, work, [1, i / number, i % 3, 0])
        if i % 2:
            feed.like(visitor=visitor, artwork=work)
            feed.record_view(visitor=visitor, artwork=work)
            actions.keep(visitor=visitor, artwork=work, collections=[light.pk])
            actions.follow(visitor=visitor, artist=work.artist)
            actions.create(visitor=visitor, title=f"Empty {i}")
    client.force_login(mara)
    shared = f"/collections/{light.token}"
    budgets = {  # session, user and visitor are 3 of each
        "/likes/": 5,
        "/yours/collections/": 6,
        f"{shared}/": 11,
        f"{shared}/arrange/": 5,
        f"/works/{works[1].pk}/save/": 5,
        "/yours/following/": 7,
        "/yours/history/": 6,
        "/yours/hidden/": 4,
        "/yours/taste/": 13,
    }

    for path, budget in budgets.items():
        cache.clear()
        with django_assert_num_queries(budget, info=path):
            response = client.get(path)
        assert response.status_code == 200, path


def test_who_may_see_a_collection_is_refused_in_words(client: Client) -> None:
    client.post("/yours/collections/", {"title": "Light"})
    page = f"{Collection.objects.get().get_absolute_url()}edit/"

    html = client.post(page, {"title": "Light", "visibility": "public"}).content.decode()

    assert '<fieldset class="field wrong" aria-describedby="id_visibility_error">' in html
    assert re.search(r'<p class="error" id="id_visibility_error" role="alert">[^<]+</p>', html)
