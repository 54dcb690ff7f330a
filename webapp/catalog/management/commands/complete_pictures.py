"""`manage.py complete_pictures`: how many pictures lack a size or format of today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Q
from django.db.models.functions import Now

from webapp.catalog.models import Artwork
from webapp.catalog.variants import outdated
from webapp.jobs import Job, enqueue


class Command(BaseCommand):
    help = (
        "Tell how many pictures lack a size or format that is made today, and have workers make "
        "it. They also do so by themselves, within ten minutes, when nothing else waits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--retry", action="store_true", help="try those again that were given up"
        )

    def handle(self, *, retry: bool, **_options: Any) -> None:
        free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
        tried = Artwork.objects.filter(free, pk__in=outdated(), attempts__gt=0)
        self.stdout.write(f"Pictures that lack a size or a format: {outdated().count()}")
        if count := tried.count():
            self.stdout.write(f"Of them tried in vain: {count}; the workers' log says why")
        if retry:
            tried.update(attempts=0, claimed_until=None)
        enqueue(Job.COMPLETE_VARIANTS)
