from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.webapp.makers import make_artist, make_artwork
from webapp.accounts.models import User
from webapp.mine.models import Follow

pytestmark = pytest.mark.django_db


def test_an_artist_is_followed_from_their_page_and_from_a_work(client: Client) -> None:
    work = make_artwork(artist="Ida Moor")
    button = 'action="/artists/ida-moor/follow/"'
    before = [
        client.get(path).content.decode() for path in ("/artists/ida-moor/", f"/works/{work.pk}/")
    ]

    answer = client.post(
        "/artists/ida-moor/follow/", headers={"referer": f"http://testserver/works/{work.pk}/"}
    )
    client.post("/artists/ida-moor/follow/")
    after = [
        client.get(path).content.decode() for path in ("/artists/ida-moor/", f"/works/{work.pk}/")
    ]

    assert all(button in html for html in before)
    assert answer["Location"] == f"http://testserver/works/{work.pk}/"
    assert all('action="/artists/ida-moor/unfollow/"' in html for html in after)
    assert Follow.objects.count() == 1


def test_the_page_shows_artists_and_their_new_works_but_none_hidden(client: Client) -> None:
    new, hidden, other = (
        make_artwork(t, artist=a)
        for t, a in (("New", "Ida Moor"), ("Hid", "Ida Moor"), ("Other", "Otto"))
    )
    client.post("/artists/ida-moor/follow/")
    client.post(f"/works/{hidden.pk}/hide/")

    html = client.get("/yours/following/").content.decode()

    assert "Ida Moor" in html
    assert f'data-work="{new.pk}"' in html
    assert f'data-work="{hidden.pk}"' not in html
    assert f'data-work="{other.pk}"' not in html


def test_the_button_says_by_its_words_alone_whether_one_follows(client: Client) -> None:
    make_artwork(artist="Ida Moor")
    button = re.compile(r'<form class="follow.*?(<button.*?</button>)</form>')

    before = button.findall(client.get("/artists/ida-moor/").content.decode())
    client.post("/artists/ida-moor/follow/")
    after = button.findall(client.get("/artists/ida-moor/").content.decode())

    name = '<span class="unseen"> Ida Moor</span></button>'
    assert before == [f'<button class="button">Follow{name}']
    assert after == [f'<button class="button on">Following{name}']


def test_unfollowing_can_be_undone(client: Client) -> None:
    make_artwork(artist="Ida Moor")
    client.post("/artists/ida-moor/follow/")

    said = client.post("/artists/ida-moor/unfollow/", follow=True).content.decode()

    assert "You no longer follow Ida Moor." in said
    assert '<form class="undo" method="post" action="/artists/ida-moor/follow/">' in said
    assert not Follow.objects.exists()


def test_one_sees_only_ones_own_follows(client: Client) -> None:
    make_artwork(artist="Ida Moor")
    member = Client()
    member.force_login(User.objects.create_user("mara"))
    member.post("/artists/ida-moor/follow/")

    assert "Ida Moor" not in client.get("/yours/following/").content.decode()
    assert 'action="/artists/ida-moor/follow/"' in client.get("/artists/ida-moor/").content.decode()


def test_an_artist_without_works_to_see_cannot_be_followed(client: Client) -> None:
    make_artist("Ida Moor")

    assert client.post("/artists/ida-moor/follow/").status_code == 404
