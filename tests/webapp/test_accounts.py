from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.feed.models import Event

pytestmark = pytest.mark.django_db

FORM = {"username": "mara", "password1": "ridge-evening-7", "password2": "ridge-evening-7"}
SIGN_IN = {"username": "mara", "password": "ridge-evening-7"}
ELSEWHERE = ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]


def test_signing_up_keeps_the_likes_of_the_session(client: Client) -> None:
    artwork = make_artwork()
    client.post(f"/works/{artwork.pk}/like/")

    response = client.post("/sign-up/", FORM, follow=True)

    assert response.redirect_chain == [("/for-you/", 302)]
    assert "Welcome, mara." in response.content.decode()
    assert Event.objects.get().visitor.user == User.objects.get()
    assert f'data-work="{artwork.pk}"' in client.get("/likes/").content.decode()


def test_signing_in_brings_the_sessions_likes_to_the_accounts_own(client: Client) -> None:
    User.objects.create_user("mara", password="ridge-evening-7")
    old, new = make_artwork("Ridge"), make_artwork("Slope")
    client.post("/sign-in/", SIGN_IN)
    client.post(f"/works/{old.pk}/like/")
    client.post("/sign-out/")
    client.post(f"/works/{new.pk}/like/")

    client.post("/sign-in/", SIGN_IN)

    html = client.get("/likes/").content.decode()
    assert f'data-work="{old.pk}"' in html
    assert f'data-work="{new.pk}"' in html


def test_signing_out_leaves_nothing_behind(client: Client) -> None:
    client.post("/sign-up/", FORM)
    artwork = make_artwork()
    client.post(f"/works/{artwork.pk}/like/")

    client.post("/sign-out/")

    assert "Nothing yet" in client.get("/likes/").content.decode()


def test_signing_out_takes_a_post(client: Client) -> None:
    client.post("/sign-up/", FORM)

    response = client.get("/sign-out/")

    assert response.status_code == 405


@pytest.mark.parametrize("target", ELSEWHERE)
def test_neither_door_leads_off_the_site(target: str) -> None:
    up, back = Client(), Client()

    joined = up.post("/sign-up/", {**FORM, "next": target})
    returned = back.post("/sign-in/", {**SIGN_IN, "next": target})

    assert joined["Location"] == returned["Location"] == "/for-you/"


def test_both_doors_lead_back_to_where_one_was() -> None:
    joined = Client().post("/sign-up/", {**FORM, "next": "/browse/?style=Ridges"})
    returned = Client().post("/sign-in/", {**SIGN_IN, "next": "/likes/"})

    assert joined["Location"] == "/browse/?style=Ridges"
    assert returned["Location"] == "/likes/"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password2": "another-one-8"}, "match"),
        ({"password1": "12345678", "password2": "12345678"}, "too common"),
        ({"username": "MARA taken"}, "valid username"),
    ],
)
def test_a_form_says_what_is_wrong(client: Client, change: dict[str, str], words: str) -> None:
    response = client.post("/sign-up/", FORM | change)

    assert words in response.content.decode()
    assert not User.objects.exists()


def test_a_name_is_given_once_whatever_its_letters(client: Client) -> None:
    User.objects.create_user("Mara")

    response = client.post("/sign-up/", FORM)

    assert "already exists" in response.content.decode()
    assert User.objects.count() == 1


def test_a_wrong_password_does_not_sign_in(client: Client) -> None:
    User.objects.create_user("mara", password="ridge-evening-7")

    response = client.post("/sign-in/", SIGN_IN | {"password": "wrong"})

    assert 'role="alert"' in response.content.decode()
    assert "_auth_user_id" not in client.session
