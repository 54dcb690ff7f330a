"""`manage.py backup`: database and files, while the site goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.transfer import backups
from webapp.transfer.backups import BackupError
from webapp.transfer.postgres import PostgresError
from webapp.transfer.report import in_words


class Command(BaseCommand):
    help = (
        "Make a backup of database, pictures and models in a new folder below DEST. The site goes "
        "on meanwhile; files that have not changed since the last backup there take no room."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DEST")
        parser.add_argument(
            "--keep", type=int, metavar="N", help="delete all but the newest N backups below DEST"
        )

    def handle(self, *, folder: Path | str, keep: int | None, **_options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep is 1 or more: the new backup stays in any case.")
        try:
            made = backups.make(Path(folder), keep=keep, progress=self.stdout.write)
        except (BackupError, PostgresError, OSError) as error:
            raise CommandError(in_words(error)) from error
        self.stdout.write(
            f"{made.path}: {made.files} files, {made.linked} of them unchanged since the last "
            f"backup; {made.dropped} older backups deleted."
        )
