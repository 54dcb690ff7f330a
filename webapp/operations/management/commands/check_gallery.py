"""`manage.py check_gallery`: whether files, rows, vectors, indexes and models agree."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.operations.checking import CHECKS, check
from webapp.operations.checks.findings import Finding


class Command(BaseCommand):
    help = (
        "See whether files, rows, vectors, indexes and models agree. Only looks, unless told to "
        "mend; ends with 1 if something is left to do. The site goes on meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "areas", nargs="*", metavar="AREA", help=f"of {', '.join(CHECKS)}; all by default"
        )
        parser.add_argument(
            "--mend", action="store_true", help="mend what can be mended without losing anything"
        )

    def handle(self, *, areas: Sequence[str], mend: bool, **_options: Any) -> None:
        if unknown := set(areas) - CHECKS.keys():
            raise CommandError(f"There is no area {min(unknown)}; there are {', '.join(CHECKS)}.")
        left = 0
        started = perf_counter()
        for area, findings in check(areas or CHECKS, mend=mend):
            seconds = perf_counter() - started
            state = "see below" if findings else "all well"
            self.stdout.write(f"{area}: {state} ({seconds:.1f} s)")
            for finding in findings:
                self._tell(finding)
                left += finding.is_open
            started = perf_counter()
        if left:
            more = "" if mend else " --mend does what can be done."
            raise CommandError(f"Not all is well; kinds of trouble left: {left}.{more}")

    def _tell(self, finding: Finding) -> None:
        mended = f", mended or rung for: {finding.mended}" if finding.mended else ""
        self.stdout.write(f"  {finding.what}: {finding.count}{mended}. {finding.advice}")
        for example in finding.examples:
            self.stdout.write(f"    {example}")
