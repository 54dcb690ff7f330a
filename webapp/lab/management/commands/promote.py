"""`manage.py promote`: let a version serve, if the gate agrees."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.accounts.models import User
from webapp.lab.following import follow
from webapp.lab.models import Version
from webapp.lab.promoting import PromotionError, prepare, promote


class Command(BaseCommand):
    help = "Let a version serve, if the gate agrees. A worker does it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "version", help="number of a version, or `visrank` for what needs no training"
        )
        parser.add_argument(
            "--override", default="", metavar="REASON", help="serve even if the gate refuses"
        )
        parser.add_argument("--by", default="", metavar="USER", help="who answers for it")
        parser.add_argument(
            "--prepare", action="store_true", help="fill and index its space only, for experiments"
        )
        parser.add_argument("--wait", action="store_true", help="until it has ended")

    def handle(
        self,
        *,
        version: str,
        override: str,
        by: str,
        prepare: bool,
        wait: bool,
        **_options: Any,
    ) -> None:
        try:
            promotion = _ask(_version(version), _user(by), override, only_prepare=prepare)
        except PromotionError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{promotion}: {promotion.get_state_display()}.")
        if wait and not follow([promotion], self.stdout.write):
            raise CommandError("It does not serve; the reason stands above.")


def _ask(version: Version | None, by: User | None, override: str, *, only_prepare: bool) -> Any:
    if not only_prepare:
        return promote(version, by, override)
    if version is None:
        raise PromotionError("VisRank needs no preparation.")
    return prepare(version, by)


def _version(text: str) -> Version | None:
    if text == "visrank":
        return None
    found = Version.objects.filter(pk=int(text)).first() if text.isdecimal() else None
    if found is None:
        known = ", ".join(str(pk) for pk in Version.objects.values_list("pk", flat=True)[:10])
        raise CommandError(
            f"There is no version {text}. "
            + (f"The newest are {known}." if known else "None is trained yet; see manage.py train.")
        )
    return found


def _user(name: str) -> User | None:
    found = User.objects.filter(username=name).first() if name else None
    if name and found is None:
        raise CommandError(f"There is nobody called {name}.")
    return found
