"""`manage.py train`: start a training as the pages do, and watch it if wanted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.jobs import workers_answer
from webapp.lab import actions, catalogue
from webapp.lab.catalogue import Config, SettingsError
from webapp.lab.models import Epoch, Run

POLL_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 30.0
START_A_TRAINER: Final = "celery -A workers.trainer worker -Q gpu"


class Command(BaseCommand):
    help = (
        "Train a model on the gallery's own history. The run appears in the lab; without --wait "
        f"the command ends at once. Models: {', '.join(catalogue.models())}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", metavar="MODEL")
        parser.add_argument("--preset", default="default", help="settings to begin with")
        parser.add_argument(
            "--set",
            nargs="+",
            action="extend",
            default=[],
            dest="assignments",
            metavar="NAME=VALUE",
            help="one setting, as in training.epochs=5",
        )
        parser.add_argument(
            "--window-days", type=int, metavar="N", help="only what was chosen in so many days"
        )
        parser.add_argument("--extractor", default="", help="features to learn from")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--wait", action="store_true", help="watch it to its end")

    def handle(
        self,
        *,
        model: str,
        preset: str,
        assignments: Sequence[str],
        window_days: int | None,
        extractor: str,
        seed: int,
        wait: bool,
        **_options: Any,
    ) -> None:
        try:
            config = catalogue.model(model).preset(preset).config | _settings(assignments)
            run = actions.start_run(
                model=model,
                config=config,
                window_days=window_days,
                seed=seed,
                extractor=extractor,
            )
        except SettingsError as error:
            raise CommandError("\n".join(error.errors.values())) from error
        self.stdout.write(f"Run {run.pk} is {run.get_state_display()}.")
        if wait:
            self._watch(run)

    def _watch(self, run: Run) -> None:
        """Print phases and epochs as they come; fail if the run does."""
        phase, epoch, moved = "", 0, time.monotonic()
        while True:
            run.refresh_from_db()
            if run.phase != phase:
                phase, moved = run.phase, time.monotonic()
                self.stdout.write(f"{phase} …")
            for point in Epoch.objects.filter(run=run, pk__gt=epoch).order_by("pk"):
                epoch, moved = point.pk, time.monotonic()
                self.stdout.write(_line(point))
            if run.state not in Run.OPEN:
                break
            if run.state == Run.State.QUEUED and time.monotonic() - moved > PATIENCE_SECONDS:
                self._complain_if_alone()
                moved = time.monotonic()
            time.sleep(POLL_SECONDS)
        if run.state != Run.State.FINISHED:
            raise CommandError(f"Run {run.pk} {run.state}: {run.reason or 'no reason was given.'}")
        self.stdout.write(f"Run {run.pk} is finished; its model is {run.version}.")

    def _complain_if_alone(self) -> None:
        if not workers_answer():
            self.stderr.write(
                "No worker answers. The run waits and is taken up as soon as one listens to the "
                f"queue gpu. Start one with: {START_A_TRAINER}"
            )


def _settings(assignments: Sequence[str]) -> Config:
    found: Config = {}
    for entry in assignments:
        name, equals, value = entry.partition("=")
        if not equals or not name:
            raise CommandError(f"{entry!r} must be written as NAME=VALUE.")
        found[name] = value
    return found


def _line(point: Epoch) -> str:
    metric = "" if point.metric is None else f", held out {point.metric:.4f}"
    part = f"{point.part}: " if point.part else ""
    return (
        f"  {part}epoch {point.number} of at most {point.of}, loss {point.loss:.4f}{metric}, "
        f"{point.rate:,.0f} examples/s, {point.seconds_left:.0f} s left at most"
    )
