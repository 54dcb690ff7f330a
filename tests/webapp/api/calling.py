"""How tests call the API."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from webapp.accounts.models import User
from webapp.api import tokens

ROOT = "/api/v1"


def get(client: Client, path: str, **headers: str) -> Any:
    """Return the JSON of an answer that must be 200."""
    answer = client.get(f"{ROOT}{path}", headers=headers)

    assert answer.status_code == 200, (answer.status_code, answer.content)
    return answer.json()


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    """Send JSON and return the response."""
    return client.post(
        f"{ROOT}{path}", json.dumps(body), content_type="application/json", headers=headers
    )


def bearer(user: User, scope: str = "write") -> dict[str, str]:
    """Make a token and return the header that carries it."""
    made = tokens.make(user=user, name="script", scope=scope, expires=None)
    return {"Authorization": f"Bearer {made.secret}"}
