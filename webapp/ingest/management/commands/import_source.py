"""`manage.py import_source`: bring in works of a museum, and keep them as the museum has them."""

from __future__ import annotations

import csv
import math
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from webapp.catalog.actions import withdraw
from webapp.ingest import actions, importing, queries
from webapp.ingest.connecting import FetchError
from webapp.ingest.importing import Ending
from webapp.ingest.models import Batch, Item
from webapp.ingest.sources.comparing import Change, Verdict
from webapp.ingest.sources.contract import Ask
from webapp.ingest.sources.registry import SOURCES, web_for
from webapp.ingest.sources.syncing import Sync, changes

SHOWN: Final = 20
"""Lines of each kind written to the terminal; a report has them all."""
WORTH_TELLING: Final = 5.0
"""Seconds; who waits longer wants to know why nothing moves."""
START_A_WORKER: Final = "celery -A workers.app worker --beat"


class Command(BaseCommand):
    help = (
        "Bring in works of a museum, safely as often as you like: new works are added, changed "
        "ones updated, and what the museum has no more is told. Sources: "
        + ", ".join(f"{name} ({source.title})" for name, source in SOURCES.items())
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", choices=sorted(SOURCES))
        parser.add_argument("--query", default="", help="what to ask for; see docs/sources.md")
        parser.add_argument("--url", default="", help="address of a manifest or of a search")
        parser.add_argument("--ids", nargs="+", default=[], help="the museum's numbers of works")
        parser.add_argument("--file", type=Path, help="a file or folder that the museum publishes")
        parser.add_argument("--limit", type=int, help="look at so many works at most")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write every line")
        parser.add_argument(
            "--withdraw-gone", action="store_true", help="take works that are gone off the walls"
        )
        parser.add_argument("--no-wait", action="store_true", help="leave before the workers end")

    def handle(
        self,
        *,
        source: str,
        query: str,
        url: str,
        ids: list[str],
        file: Path | str | None,
        limit: int | None,
        dry_run: bool,
        report: Path | str | None,
        withdraw_gone: bool,
        no_wait: bool,
        **_options: Any,
    ) -> None:
        if limit is not None and limit < 1:
            raise CommandError("--limit must be 1 or more.")
        ask = Ask(query=query, url=url, file=Path(file) if file else None, ids=tuple(ids))
        sync = Sync(SOURCES[source], ask)
        try:
            web = web_for(sync.source, sleep=self._sleep)
        except FetchError as error:
            raise CommandError(str(error)) from error
        batch = None if dry_run else actions.start_batch(source=f"{sync.source.title}: {ask}")
        gone = self._run(changes(sync, web, limit=limit, batch=batch), report)
        if withdraw_gone and not dry_run:
            self.stdout.write(f"{withdraw(gone)} works that are gone were withdrawn.")
        self._summarise(sync, dry_run)
        if batch is not None and not no_wait:
            self._wait(batch)
        if sync.stopped:
            later = f" Try again in {_duration(sync.later.seconds)}." if sync.later else ""
            raise CommandError(f"The source could not be read to its end: {sync.stopped}{later}")

    def _sleep(self, seconds: float) -> None:
        if seconds > WORTH_TELLING:
            self.stderr.write(f"The museum is asked again in {_duration(seconds)}.")
        time.sleep(seconds)

    def _run(self, told: Iterable[Change], report: Path | str | None) -> list[int]:
        """Tell every change, which carries it out if there is a batch; return the works gone."""
        shown: Counter[Verdict] = Counter()
        gone: list[int] = []
        with ExitStack() as stack:
            rows = None
            if report is not None:
                file = Path(report).open("w", encoding="utf-8", newline="")  # noqa: SIM115
                rows = csv.writer(stack.enter_context(file))
                rows.writerow(["key", "title", "what", "reason"])
            for change in tqdm(told, desc="Comparing", unit="work"):
                if rows is not None:
                    rows.writerow([change.key, change.title, change.verdict, change.reason])
                if change.verdict is Verdict.GONE and change.artwork is not None:
                    gone.append(change.artwork)
                shown[change.verdict] += 1
                if change.verdict is not Verdict.SAME and shown[change.verdict] <= SHOWN:
                    line = f"  {change.verdict}: {change.key} {change.title}: {change.reason}"
                    self.stdout.write(line.removesuffix(": "))
        return gone

    def _summarise(self, sync: Sync, dry_run: bool) -> None:
        counts = ", ".join(f"{sync.counts[verdict]} {verdict}" for verdict in Verdict)
        self.stdout.write(f"{counts}.")
        if dry_run:
            self.stdout.write("Nothing was changed.")

    def _wait(self, batch: Batch) -> None:
        total = queries.progress(batch).total
        if not total:
            return
        with tqdm(total=total, desc="Fetching and embedding", unit="picture") as bar:

            def show(now: queries.Progress) -> None:
                bar.set_postfix_str(f"{now.wanted} to fetch{pause(batch)}", refresh=False)
                bar.n = now.settled
                bar.refresh()

            ending = importing.wait(batch, show)
        if ending is Ending.NOBODY:
            self.stderr.write(
                "No worker answers. Nothing is lost: the pictures are fetched as soon as a worker "
                f"runs. Start one with: {START_A_WORKER}"
            )
        elif ending is Ending.STUCK:
            self.stderr.write(f"The pictures wait for vectors: {queries.obstacle(batch)}")
        bad = Item.objects.filter(
            batch=batch, state__in=[Item.State.REFUSED, Item.State.FAILED, Item.State.DUPLICATE]
        )
        for item in bad[:SHOWN]:
            self.stderr.write(f"  {item.name}: {item.reason}")
        now = queries.progress(batch)
        self.stdout.write(
            f"{now.visible} of {now.total} pictures are in the gallery, {now.duplicate} were here "
            f"already, {now.refused} were refused, {now.failed} failed."
        )


def pause(batch: Batch) -> str:
    """Return why pictures wait, and until when, if a museum asked for it."""
    waiting = batch.items.filter(state=Item.State.WANTED, claimed_until__gt=timezone.now())
    found = waiting.exclude(reason="").order_by("-claimed_until").first()
    if found is None or found.claimed_until is None:
        return ""
    return f"; until {timezone.localtime(found.claimed_until):%H:%M}: {found.reason}"


def _duration(seconds: float) -> str:
    """Return "40 seconds" or "10 minutes"."""
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{math.ceil(seconds / 60)} minutes"
