"""`manage.py restore`: put a backup in the place of what is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.transfer import backups, restoring
from webapp.transfer.backups import BackupError
from webapp.transfer.postgres import PostgresError


class Command(BaseCommand):
    help = (
        "Restore a backup, or the newest one below SRC, once each of its files is found whole. "
        "The site and its workers must be stopped."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, metavar="SRC")
        parser.add_argument("--verify", action="store_true", help="only check the backup")
        parser.add_argument(
            "--replace", action="store_true", help="even though this installation is not empty"
        )

    def handle(self, *, source: Path | str, verify: bool, replace: bool, **_options: Any) -> None:
        try:
            path = backups.find(Path(source))
            if verify:
                restoring.check(path)
                self.stdout.write(f"{path} is whole and can be restored here.")
                return
            restoring.restore(path, replace=replace)
        except (BackupError, PostgresError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path} is restored. Start the site again.")
