from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from webapp.accounts.models import User
from webapp.api import tokens

pytestmark = pytest.mark.django_db

OLD, NEW = "ridge-evening-7", "slope-morning-8"
FORM = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def mara(client: Client) -> User:
    user = User.objects.create_user("mara", password=OLD)
    client.force_login(user)
    return user


@pytest.mark.parametrize("path", ["/account/password/", "/account/e-mail/"])
def test_pages_of_an_account_ask_strangers_to_sign_in(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/sign-in/?next={path}"
    assert client.post(path)["Location"] == f"/sign-in/?next={path}"


def test_a_new_password_signs_out_everybody_else(client: Client, mara: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(mara)

    changed = client.post("/account/password/", FORM)

    mara.refresh_from_db()
    assert changed["Location"] == "/account/"
    assert mara.check_password(NEW)
    assert "mara" in client.get("/account/").content.decode()
    assert "mara" not in elsewhere.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"old_password": "wrong"}, "That is not your password."),
        ({"new_password2": "another-one-9"}, "match"),
        ({"new_password1": "12345678", "new_password2": "12345678"}, "too common"),
    ],
)
def test_a_password_stays_where_something_is_wrong(
    client: Client, mara: User, change: dict[str, str], words: str
) -> None:
    refused = client.post("/account/password/", FORM | change)

    mara.refresh_from_db()
    assert words in refused.content.decode()
    assert mara.check_password(OLD)


def test_an_address_can_be_left_changed_and_taken_away(client: Client, mara: User) -> None:
    client.post("/account/e-mail/", {"email": "mara@example.org"})
    shown = client.get("/account/").content.decode()
    refused = client.post("/account/e-mail/", {"email": "mara at home"}).content.decode()
    client.post("/account/e-mail/", {"email": ""})

    mara.refresh_from_db()
    assert "mara@example.org" in shown
    assert "valid email address" in refused
    assert mara.email == ""


def test_a_stranger_is_told_that_there_is_no_account(client: Client) -> None:
    html = client.get("/account/").content.decode()

    assert "in this browser only" in html
    assert "/account/password/" not in html
    assert "/account/delete/" not in html


def test_a_new_password_revokes_the_tokens_of_that_account(client: Client, mara: User) -> None:
    script = tokens.make(user=mara, name="script", scope="write", expires=None)
    other = tokens.make(user=User.objects.create_user("ida"), name="x", scope="read", expires=None)
    refused = client.post("/account/password/", FORM | {"old_password": "wrong"})
    before = tokens.known(script.secret)

    client.post("/account/password/", FORM)

    assert (refused.status_code, before) == (200, script.token)
    assert tokens.known(script.secret) is None
    assert tokens.known(other.secret) == other.token
    header = {"Authorization": f"Bearer {script.secret}"}
    assert client.get("/api/v1/me", headers=header).status_code == 401


def test_signing_in_revokes_no_token(client: Client, mara: User, settings: Settings) -> None:
    script = tokens.make(user=mara, name="script", scope="write", expires=None)
    client.logout()
    hashers = "django.contrib.auth.hashers"  # the password is hashed anew by the first of them
    settings.PASSWORD_HASHERS = [f"{hashers}.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]

    client.post("/sign-in/", {"username": "mara", "password": OLD})

    mara.refresh_from_db()
    assert mara.password.startswith("scrypt$")
    assert tokens.known(script.secret) == script.token
