"""The demo's people: one per role, with random passwords made once."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from webapp.accounts.actions import give
from webapp.accounts.models import User

NAMES: Final = {"visitor": "vera", "cataloguer": "cate", "curator": "carl", "admin": "ada"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demo."""

    role: str
    name: str
    password: str


def ensure_people(file: Path) -> list[Person]:
    """Return the demo people, making those, their passwords and `file` (mode 0600) that are
    missing."""
    people = [Person(**each) for each in json.loads(file.read_text())] if file.exists() else []
    known = {person.role for person in people}
    people += [
        Person(role, name, f"{name}-{secrets.token_hex(4)}")
        for role, name in NAMES.items()
        if role not in known
    ]
    descriptor = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump([asdict(person) for person in people], stream)
    for person in people:
        user, created = User.objects.get_or_create(username=person.name)
        if created:
            user.set_password(person.password)
            user.save()
            give(user, person.role)
    return people
