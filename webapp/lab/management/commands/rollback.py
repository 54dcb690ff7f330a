"""`manage.py rollback`: let serve again what served before, at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.lab.promoting import PromotionError, rollback


class Command(BaseCommand):
    help = "Let serve again, from the next request on, what served before the last promotion."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rollback(None)
        except PromotionError as error:
            raise CommandError(str(error)) from error
        former = done.former or "VisRank"
        self.stdout.write(f"{done.version or 'VisRank'} serves now, instead of {former}.")
