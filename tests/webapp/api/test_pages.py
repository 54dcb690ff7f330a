"""The reference and the tokens, as pages for people."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.webapp.api.calling import ROOT
from webapp.accounts.models import User
from webapp.api import problems, tokens
from webapp.api.models import Token
from webapp.api.site import description

pytestmark = pytest.mark.django_db


def test_the_reference_names_every_operation_and_every_problem(client: Client) -> None:
    page = client.get("/api/").content.decode()

    for path, methods in description()["paths"].items():
        assert path in page
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    for kind in problems.TITLES:
        assert f'id="{kind}"' in page


def test_every_link_within_the_reference_leads_somewhere(client: Client) -> None:
    page = client.get("/api/").content.decode()

    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


def test_the_reference_brings_no_script_or_style_within_it(client: Client) -> None:
    page = client.get("/api/").content.decode()

    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)


def test_the_footer_leads_to_the_reference(client: Client) -> None:
    assert '<a class="link" href="/api/">API</a>' in client.get("/sign-in/").content.decode()


def test_the_description_is_openapi_with_all_operations_once(client: Client) -> None:
    found = client.get("/api/v1/openapi.json").json()

    assert found["openapi"].startswith("3.1")
    names = [
        each["operationId"] for methods in found["paths"].values() for each in methods.values()
    ]
    assert len(names) == len(set(names))


def test_tokens_are_for_people_with_an_account(client: Client) -> None:
    assert client.get("/api/tokens/").headers["Location"] == "/sign-in/?next=/api/tokens/"
    assert client.post("/api/tokens/1/revoke/").status_code == 302


def test_a_new_token_is_shown_once_and_opens_the_api(client: Client, vera: User) -> None:
    client.force_login(vera)

    made = client.post("/api/tokens/", {"name": "Script", "scope": "write", "days": "30"})

    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    (secret,) = re.findall(r"artrec_[\w-]{43}", made.content.decode())
    assert secret not in client.get("/api/tokens/").content.decode()
    answer = Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["may_write"] is True
    assert Token.objects.get().expires is not None


@pytest.mark.parametrize(
    "data",
    [
        {"name": "", "scope": "read", "days": "30"},
        {"name": "a", "scope": "admin", "days": "30"},
        {"name": "a", "scope": "read", "days": "7000"},
        {"name": "a\x00b", "scope": "read", "days": "30"},
    ],
)
def test_a_token_that_cannot_be_made_is_told(
    client: Client, vera: User, data: dict[str, str]
) -> None:
    client.force_login(vera)

    answer = client.post("/api/tokens/", data)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Token.objects.exists()


def test_nobody_makes_more_tokens_than_can_be_told_apart(
    client: Client, vera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST", 1)
    client.force_login(vera)
    data = {"name": "Script", "scope": "read", "days": ""}

    client.post("/api/tokens/", data)
    answer = client.post("/api/tokens/", data)

    assert answer.status_code == 422
    assert "Revoke one" in answer.content.decode()


def test_a_revoked_token_opens_nothing(client: Client, vera: User) -> None:
    client.force_login(vera)
    made = tokens.make(user=vera, name="Script", scope="read", expires=None)

    answer = client.post(f"/api/tokens/{made.token.pk}/revoke/")

    assert answer.headers["Location"] == "/api/tokens/"
    asked = Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {made.secret}"})
    assert asked.status_code == 401


def test_nobody_revokes_or_sees_the_token_of_another(
    client: Client, vera: User, carl: User
) -> None:
    made = tokens.make(user=vera, name="Hers", scope="read", expires=None)
    client.force_login(carl)

    assert client.post(f"/api/tokens/{made.token.pk}/revoke/").status_code == 404
    assert "Hers" not in client.get("/api/tokens/").content.decode()
    assert Token.objects.exists()


def test_tokens_go_with_their_account(vera: User) -> None:
    tokens.make(user=vera, name="Script", scope="read", expires=None)

    vera.delete()

    assert not Token.objects.exists()


def test_the_account_leads_to_its_tokens(client: Client, vera: User) -> None:
    client.force_login(vera)

    assert 'href="/api/tokens/"' in client.get("/account/").content.decode()
