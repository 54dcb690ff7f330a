"""`manage.py import_export`: bring an export of Artrec into this installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from webapp.transfer.bags import NoBagError
from webapp.transfer.importing import RefusedError, import_export, look_through
from webapp.transfer.report import Report, in_words


class Command(BaseCommand):
    help = (
        "Bring in an export, a folder or a ZIP, safely as often as you like: what is here already "
        "is left alone. Damaged files and broken rows are told by file and line, the rest is taken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH")
        parser.add_argument(
            "--dry-run", action="store_true", help="check all files, change nothing"
        )
        parser.add_argument(
            "--with-people",
            action="store_true",
            help="also accounts and what visitors did, if the export has them",
        )

    def handle(
        self, *, path: Path | str, dry_run: bool, with_people: bool, **_options: Any
    ) -> None:
        report = Report(tell=lambda text: self.stderr.write(f"  {text}"))
        try:
            if dry_run:
                works, _ = look_through(Path(path), report=report)
                self.stdout.write(f"{works} works could be taken over. Nothing was changed.")
            else:
                with tqdm(desc="Importing", unit="work") as bar:
                    import_export(
                        Path(path),
                        people=with_people,
                        report=report,
                        expect=bar.reset,
                        progress=lambda done: _move(bar, done),
                    )
                self._say(report)
        except (NoBagError, RefusedError, OSError) as error:
            raise CommandError(in_words(error)) from error
        if report.troubles:
            raise CommandError(f"Troubles: {len(report.troubles)}; all else was taken.")

    def _say(self, report: Report) -> None:
        for name in sorted(report.made.keys() | report.known.keys()):
            made, known = report.made[name], report.known[name]
            if made or known:
                self.stdout.write(f"{name}: {made} taken over, {known} here before")
        for note in report.notes:
            self.stdout.write(note)


def _move(bar: tqdm[Any], done: int) -> None:
    bar.update(done - bar.n)
