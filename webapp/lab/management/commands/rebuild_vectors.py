"""`manage.py rebuild_vectors`: compute vectors anew and mend spaces while they serve."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from webapp.lab.following import follow
from webapp.lab.promoting import PromotionError, rebuild
from webapp.vectors.actions import LOOK
from webapp.vectors.models import Space


class Command(BaseCommand):
    help = (
        "Compute the vectors of every space that serves or may serve anew, mend what is missing "
        "or wrong, and choose its index. Pages go on meanwhile. A worker does it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--space", type=int, metavar="N", help="only the space of that number")
        parser.add_argument("--wait", action="store_true", help="until it has ended")

    def handle(self, *, space: int | None, wait: bool, **_options: Any) -> None:
        try:
            promotions = [rebuild(each, None) for each in _spaces(space)]
        except PromotionError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(promotions)} spaces are rebuilt.")
        if wait and not follow(promotions, self.stdout.write):
            raise CommandError("Not all could be rebuilt; the reasons stand above.")


def _spaces(number: int | None) -> list[Space]:
    spaces = Space.objects.defer("transform", "head").order_by("pk")
    if number is not None:
        found = list(spaces.filter(pk=number))
        if not found:
            raise CommandError(f"There is no space {number}.")
        return found
    kept = (Space.State.READY, Space.State.LIVE, Space.State.RETIRED)
    trained = Q(state__in=kept, version__isnull=False)
    return list(spaces.filter(trained | Q(purpose=LOOK, state=Space.State.LIVE)))
