"""`manage.py restore`: put a backup in the place of what is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.transfer import backups, restoring
from webapp.transfer.backups import BackupError
from webapp.transfer.postgres import PostgresError
from webapp.transfer.report import in_words


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
        parser.add_argument(
            "--without-damaged",
            action="store_true",
            help="leave out pictures and models that are damaged in the backup",
        )

    def handle(
        self,
        *,
        source: Path | str,
        verify: bool,
        replace: bool,
        without_damaged: bool,
        **_options: Any,
    ) -> None:
        try:
            path = backups.find(Path(source))
            if verify:
                restoring.check(path)
                self.stdout.write(f"{path} is whole and can be restored here.")
                return
            left = restoring.restore(
                path,
                replace=replace,
                without_damaged=without_damaged,
                progress=self.stdout.write,
            )
        except (BackupError, PostgresError, OSError) as error:
            raise CommandError(in_words(error)) from error
        for name in left:
            self.stderr.write(f"  left out: {name}")
        if left:
            self.stderr.write("See what is missing by manage.py check_gallery.")
        self.stdout.write(f"{path} is restored. Start the site again.")
