"""Measure and build the index of the live spaces, or of one space."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.vectors.models import Space
from webapp.vectors.tuning import Report, choose_index


class Command(BaseCommand):
    help = "Choose the index of each live space by measured recall, and build it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--space", type=int, help="id of a space, live or not")

    def handle(self, *args: Any, **options: Any) -> None:
        spaces = Space.objects.defer("transform").order_by("pk")
        if options["space"] is None:
            spaces = spaces.filter(state=Space.State.LIVE)
        else:
            spaces = spaces.filter(pk=options["space"])
            if not spaces:
                raise CommandError(f"There is no space {options['space']}.")
        for space in spaces:
            self._tell(space, choose_index(space))

    def _tell(self, space: Space, report: Report) -> None:
        reason = f" ({report['why']})" if "why" in report else ""
        self.stdout.write(f"{space}: {report['chosen']}{reason}, {report['rows']} vectors")
        for entry in report.get("candidates", []):
            depth = entry["parameters"].get("probes") or entry["parameters"]["ef_search"]
            recall = ", ".join(f"{key} {value:.3f}" for key, value in entry["recall"].items())
            self.stdout.write(
                f"  {entry['kind']}: {entry['ms']} ms at {depth[0]} (deep: {depth[1]}), recall"
                f" {recall}, built in {entry['build_seconds']} s (exact: {report['exact_ms']} ms)"
            )
