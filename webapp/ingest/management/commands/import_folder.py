"""`manage.py import_folder`: bring in a folder of pictures, with a table of what they are."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from webapp.ingest import actions, folder, importing, queries
from webapp.ingest.beside import advice, read_any
from webapp.ingest.cells import COLUMNS
from webapp.ingest.folder import Entry, Found, Verdict
from webapp.ingest.importing import Ending, Outcome, Result
from webapp.ingest.models import Batch
from webapp.ingest.table import Table, TableError

SHOWN: Final = 20
"""Reasons written to the terminal; the report file has them all."""
START_A_WORKER: Final = "celery -A workers.app worker --beat"


class Command(BaseCommand):
    help = (
        "Bring in a folder of pictures, safely as often as you like: what is unchanged is skipped, "
        "changed facts are updated in place, changed pictures replaced. The table (CSV, TSV, XLSX, "
        "JSON or JSON Lines) has a column “file” with the path inside the folder, and any of: "
        f"{', '.join(COLUMNS)}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, metavar="DIR")
        parser.add_argument("--metadata", type=Path, metavar="TABLE")
        parser.add_argument(
            "--source",
            help="name of the collection, if not the folder's: a moved folder stays the same one",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")
        parser.add_argument("--no-wait", action="store_true", help="leave before the workers end")

    def handle(
        self,
        *,
        directory: Path | str,
        metadata: Path | str | None,
        source: str | None,
        dry_run: bool,
        no_wait: bool,
        **_options: Any,
    ) -> None:
        root = Path(directory)
        if not root.is_dir():
            raise CommandError(f"There is no folder {root}.")
        named, source = source, source or root.resolve().name
        try:
            table = read_any(Path(metadata)) if metadata else None
        except TableError as error:
            raise CommandError(str(error)) from error
        if table and table.unknown:
            self.stdout.write(f"Columns that are not used: {', '.join(table.unknown)}")
        for note in table.notes if table else ():
            self.stdout.write(note)
        found = folder.scan(root)
        if table is None:
            options = {"--source": named, "--dry-run": dry_run, "--no-wait": no_wait}
            self._advise(root, found, options)
        if found.ignored:
            many = f"{found.ignored:,} files are no pictures and are passed over."
            one = "1 file is no picture and is passed over."
            self.stdout.write(one if found.ignored == 1 else many)
        entries = self._plan(found, source, table)
        if named is None and folder.may_be_another(entries):
            raise CommandError(
                f"Not one picture of the collection “{source}” is still what it was; its works "
                "would get other pictures. If this is another folder of the same name, give it a "
                f"name with --source; if it is the same one, say --source {source!r}."
            )
        if dry_run:
            self._say_plan(entries)
            return
        batch = actions.start_batch(source=f"Folder {source}")
        todo = [entry for entry in entries if entry.verdict not in {Verdict.SKIP, Verdict.FAIL}]
        with tqdm(total=len(todo), desc="Handing over", unit="file", disable=not todo) as bar:
            importing.carry_out(entries, batch, bar.update)
        if not no_wait:
            self._wait(batch)
        self._report(batch, source, importing.outcomes(entries, batch))

    def _plan(self, found: Found, source: str, table: Table | None) -> list[Entry]:
        with tqdm(total=len(found.pictures), desc="Comparing", unit="file") as bar:
            return folder.plan(found, source=source, table=table, on_file=bar.update)

    def _advise(self, root: Path, found: Found, options: Mapping[str, str | bool | None]) -> None:
        """Name the tables of the folder, of which none is used unasked, and how to use one."""
        told = advice(found, root)
        if told.words:
            self.stdout.write(told.words)
        if told.fits:
            table = root / told.fits.relative_to(root.resolve())
            words = ["manage.py", "import_folder", str(root), "--metadata", str(table)]
            for option, value in options.items():
                words += [option, value] if isinstance(value, str) else [option] if value else []
            self.stdout.write(f"  {shlex.join(words)}")

    def _say_plan(self, entries: Sequence[Entry]) -> None:
        counts = Counter(entry.verdict for entry in entries)
        self.stdout.write(
            f"Would add {counts[Verdict.ADD]}, "
            f"update {counts[Verdict.UPDATE] + counts[Verdict.REPLACE]}, "
            f"skip {counts[Verdict.SKIP]}; {counts[Verdict.FAIL]} cannot be taken."
        )
        bad = [entry for entry in entries if entry.verdict is Verdict.FAIL]
        self._say_reasons([(entry.file, entry.reason) for entry in bad])
        self.stdout.write("Nothing was changed.")
        if bad:
            raise CommandError(f"{len(bad)} of {len(entries)} cannot be taken.")

    def _wait(self, batch: Batch) -> None:
        total = queries.progress(batch).total
        if not total:
            return
        with tqdm(total=total, desc="Embedding", unit="file") as bar:

            def show(now: queries.Progress) -> None:
                bar.set_postfix_str(f"{now.stored} checked", refresh=False)
                bar.n = now.steps // 2  # two steps for each file
                bar.refresh()

            ending = importing.wait(batch, show)
        if ending is Ending.NOBODY:
            self.stderr.write(
                "No worker answers. Nothing is lost: the files wait and are taken up as soon as a "
                f"worker runs. Start one with: {START_A_WORKER}"
            )
        elif ending is Ending.STUCK:
            self.stderr.write(
                f"The files are checked and wait for their vectors: {queries.obstacle(batch)}"
            )

    def _report(self, batch: Batch, source: str, outcomes: Sequence[Outcome]) -> None:
        name = re.sub(r"[^\w-]+", "-", source)[:60]
        report = settings.VAR / "reports" / f"import-{name}-{batch.pk}.csv"
        importing.write_report(report, outcomes)
        told = [
            (outcome.file, outcome.reason)
            for wanted in (Result.FAILED, Result.SKIPPED)
            for outcome in outcomes
            if outcome.result is wanted and outcome.reason != folder.UNCHANGED
        ]
        self._say_reasons(told)
        self.stdout.write(f"{importing.tally(outcomes)}. Report: {report}")
        if failed := sum(outcome.result is Result.FAILED for outcome in outcomes):
            raise CommandError(f"{failed} of {len(outcomes)} failed.")

    def _say_reasons(self, reasons: Sequence[tuple[str, str]]) -> None:
        for file, reason in reasons[:SHOWN]:
            self.stderr.write(f"  {file}: {reason}")
        if len(reasons) > SHOWN:
            self.stderr.write(f"  … and {len(reasons) - SHOWN} more.")
