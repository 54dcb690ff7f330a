"""Give somebody a role: `manage.py role mara cataloguer`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.actions import give
from webapp.accounts.models import User
from webapp.accounts.roles import GROUPS


class Command(BaseCommand):
    help = "Gives an account one role, in place of those it had."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the account")
        parser.add_argument("role", choices=[*GROUPS, "visitor"])

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"There is no account called {options['name']}.")
        give(user, options["role"])
        self.stdout.write(f"{user.username} is a {options['role']} now.")
