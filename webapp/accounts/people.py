"""The demo's people: one per role, with random passwords made once."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.contrib.auth.models import Group

from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CURATORS

NAMES: Final = {"visitor": "vera", "curator": "carl", "admin": "ada"}
GROUPS: Final = {"visitor": [], "curator": [CURATORS], "admin": [ADMINS]}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demo."""

    role: str
    name: str
    password: str


def ensure_people(file: Path) -> list[Person]:
    """Return the demo people, making them, their passwords and `file` (mode 0600) if missing."""
    if not file.exists():
        made = [
            Person(role, name, f"{name}-{secrets.token_hex(4)}") for role, name in NAMES.items()
        ]
        descriptor = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump([asdict(person) for person in made], stream)
    people = [Person(**entry) for entry in json.loads(file.read_text())]
    for person in people:
        user, created = User.objects.get_or_create(
            username=person.name, defaults={"is_staff": person.role != "visitor"}
        )
        if created:
            user.set_password(person.password)
            user.save()
            user.groups.set(Group.objects.filter(name__in=GROUPS[person.role]))
    return people
