"""`manage.py rollback`: let serve again what served before, at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.lab.catalogue import PURPOSES, TASTE
from webapp.lab.promoting import UNTRAINED, PromotionError, rollback


class Command(BaseCommand):
    help = "Let serve again, from the next request on, what served before the last promotion."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--purpose",
            choices=PURPOSES,
            default=TASTE,
            help="taste ranks For you (default); visits and next are the rows of visits",
        )

    def handle(self, *, purpose: str, **_options: Any) -> None:
        try:
            done = rollback(None, purpose)
        except PromotionError as error:
            raise CommandError(str(error)) from error
        untrained = UNTRAINED[purpose]
        self.stdout.write(
            f"{done.version or untrained} serves now, instead of {done.former or untrained}."
        )
