"""`manage.py import_history`: add recorded views, likes and purchases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.feed.history import HistoryError, import_history


class Command(BaseCommand):
    help = "Add the events of a CSV with the columns collector, kind, file, time and basket."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source", required=True, help="the --source its works were imported under"
        )

    def handle(self, *, file: Path | str, source: str, **_options: Any) -> None:
        try:
            summary = import_history(Path(file), source=source)
        except HistoryError as error:
            raise CommandError(str(error)) from error
        for line in summary.errors[:20]:
            self.stderr.write(line)
        self.stdout.write(
            f"{summary.added} events added, {summary.known} known, {len(summary.errors)} refused."
        )
