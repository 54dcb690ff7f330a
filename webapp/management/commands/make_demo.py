"""`manage.py make_demo`: draw the demo collection, bring it in, and give it people."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CURATORS

SOURCE: Final = "demo"
"""Namespace of the collection's source keys."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demo."""

    role: str
    name: str
    password: str


class Command(BaseCommand):
    help = "Make the demo collection, once. Needs a running worker: `manage.py serve --demo`."

    def handle(self, **_options: Any) -> None:
        for person in ensure_demo(self.stdout):
            self.stdout.write(f"{person.role:8} {person.name} / {person.password}")


def ensure_demo(out: OutputWrapper) -> list[Person]:
    """Make whatever is still missing of the demo; safe to call at every start."""
    folder = settings.VAR / "demo"
    done = settings.VAR / "demo-done"
    people = _people(settings.VAR / "demo-people.json")
    if not done.exists():
        out.write("Drawing the demo collection (once) …")
        drawn = subprocess.run([sys.executable, "-m", "artrec", "demo", str(folder)], check=False)
        if drawn.returncode:
            raise CommandError("The demo collection could not be drawn; see the message above.")
        out.write("Bringing it in: each picture is checked, measured and compared …")
        call_command(
            "import_folder",
            str(folder / "images"),
            metadata=str(folder / "artworks.csv"),
            source=SOURCE,
        )
        call_command("import_history", str(folder / "events.csv"), source=SOURCE)
        done.touch()
    return people


def _people(file: Path) -> list[Person]:
    """Return the demo people, made with random passwords the first time."""
    if not file.exists():
        made = [
            Person(role, name, f"{name}-{secrets.token_hex(4)}")
            for role, name in (("visitor", "vera"), ("curator", "carl"), ("admin", "ada"))
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
            roles = {"curator": [CURATORS], "admin": [ADMINS]}.get(person.role, [])
            user.groups.set(Group.objects.filter(name__in=roles))
    return people
