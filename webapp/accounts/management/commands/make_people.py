"""`manage.py make_people`: one person per role to try the site with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from webapp.accounts.people import ensure_people


class Command(BaseCommand):
    help = "Make one demo person per role, once, and print their sign-ins."

    def handle(self, **_options: Any) -> None:
        for person in ensure_people(settings.VAR / "demo-people.json"):
            self.stdout.write(f"{person.role:10} {person.name} / {person.password}")
