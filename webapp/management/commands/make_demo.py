"""`manage.py make_demo`: draw the demo collection, bring it in, and give it people."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from webapp.accounts.models import User
from webapp.accounts.people import Person, ensure_people
from webapp.home import demo

SOURCE: Final = "demo"
"""Namespace of the collection's source keys."""


class Command(BaseCommand):
    help = "Make the demo collection, once. Needs a running worker: `manage.py serve --demo`."

    def handle(self, **_options: Any) -> None:
        for person in ensure_demo(self.stdout):
            self.stdout.write(f"{person.role:8} {person.name} / {person.password}")


def ensure_demo(out: OutputWrapper) -> list[Person]:
    """Make whatever is still missing of the demo; safe to call at every start."""
    folder = settings.VAR / "demo"
    done = settings.VAR / "demo-done"
    people = ensure_people(settings.VAR / "demo-people.json")
    if not done.exists():
        out.write("Drawing the demo collection (once) …")
        command = [sys.executable, "-m", "artrec", "demo", str(folder)]
        drawn = subprocess.run(command, check=False)  # noqa: S603 (our own command line)
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
        curator = next(person.name for person in people if person.role == "curator")
        demo.hang(User.objects.get(username=curator))
        done.touch()
    return people
