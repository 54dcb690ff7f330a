"""From a claimed run to a version: snapshot, training, refit, export, evaluation.

Every step leaves a file or a row by which the next attempt knows that it is done, so that a run
whose worker was killed goes on from there.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray

from artrec.data.splits import Split
from artrec.errors import ArtrecError, BundleError, UnsupportedError
from artrec.models.base import ProfileModel
from artrec.models.contract import TrainingData
from artrec.models.export import export
from webapp.lab import catalogue
from webapp.lab.catalogue import TASTE
from webapp.lab.models import Run, Version
from workers import model_files, snapshot_looks, training, visit_reports
from workers import snapshot as snapshots
from workers.holdout import hold_out
from workers.reports import make_report
from workers.runs import Held
from workers.snapshot import Snapshot

KEPT_DAYS: Final = 30
"""How long the files of a run that ended stay."""
UNWANTED_DAYS: Final = 90
"""How long a model stays that nobody ever wanted to serve; a nightly run makes one each night."""
_SNAPSHOT: Final = "snapshot.npz"
_OUT_OF_MEMORY: Final = ("out of memory", "can't allocate memory", "not enough memory")


def carry_out(run: Run, mine: Held, *, device: str) -> None:
    """Do all that is left to do of a claimed run, but for writing its end.

    Raises:
        ArtrecError: If data or settings do not suit the model.
        CancelledError: And the others of `workers.leases`, between epochs and steps.
    """
    folder = folder_of(run)
    plan = training.plan_of(run)
    mine.begin("snapshot")
    snapshot = _snapshot(run, mine, folder)
    of_visits = catalogue.purpose_of(run.model) != TASTE
    gap = snapshots.gap_of(run) if of_visits else 0
    log = snapshot.interactions
    held = visit_reports.hold_out(log, gap) if of_visits else hold_out(log)
    data = snapshot.data(_pixels(run, plan, snapshot, folder))
    mine.begin("training")
    started = time.perf_counter()
    seen = TrainingData(held.train, data.content)
    first = training.fit(
        mine, plan, plan.config, seen, folder=folder / "first", device=device, part=""
    )
    mine.say(f"Trained without what is held out, in {time.perf_counter() - started:.1f} s.")
    final = first
    if plan.refit:
        mine.begin("refit")
        started = time.perf_counter()
        config = training.for_everything(plan, first.best_epoch)
        final = training.fit(
            mine, plan, config, data, folder=folder / "refit", device=device, part="refit"
        )
        mine.say(f"Trained on everything, in {time.perf_counter() - started:.1f} s.")
    mine.begin("export")
    version = _publish(run, final.model, snapshot)
    mine.begin("evaluation")
    started = time.perf_counter()
    if isinstance(held, Split):
        visit_reports.make_report(version, first.model, held, gap)
    else:
        make_report(version, first.model, data, held)
    mine.say(f"Measured and compared, in {time.perf_counter() - started:.1f} s.")


def folder_of(run: Run) -> Path:
    """Where a run keeps its files, on the machine that trains."""
    return Path(settings.RUNS_ROOT) / str(run.pk)


def explain(error: Exception) -> str:
    """Why a run failed, for a curator."""
    if isinstance(error, MemoryError) or any(
        words in str(error).lower() for words in _OUT_OF_MEMORY
    ):
        return (
            "It ran out of memory. Choose a smaller batch, a model with fewer dimensions or a "
            "shorter window, or train on a larger machine."
        )
    if isinstance(error, ArtrecError):
        return str(error)
    return f"An error in the program ended it ({type(error).__name__}: {error}); see the log."


def tidy(run: Run) -> None:
    """Of a finished run keep what it was trained on, without features, which the gallery has."""
    folder = folder_of(run)
    found = snapshots.load(folder / _SNAPSHOT)
    bare = replace(
        found, features=np.zeros((len(found.artworks), 0), dtype=np.float16), families=()
    )
    snapshots.save(folder / _SNAPSHOT, bare)
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each)


def prune() -> None:
    """Delete the files of runs that are gone or ended long ago, and models nobody wanted."""
    since = timezone.now() - timedelta(days=KEPT_DAYS)
    root = Path(settings.RUNS_ROOT)
    found = {int(each.name): each for each in root.glob("*") if each.name.isdecimal()}
    known = Run.objects.filter(pk__in=found).exclude(finished__lt=since)
    for pk in found.keys() - set(known.values_list("pk", flat=True)):
        shutil.rmtree(found[pk], ignore_errors=True)
    unwanted = Version.objects.filter(
        created__lt=timezone.now() - timedelta(days=UNWANTED_DAYS), promotions=None, space=None
    )
    for version in unwanted.exclude(file=""):
        model_files.delete(version)
        Version.objects.filter(pk=version.pk).update(file="")


def _snapshot(run: Run, mine: Held, folder: Path) -> Snapshot:
    """The data of this run: those in the file, else drawn, else drawn anew as nearly as can be."""
    path = folder / _SNAPSHOT
    try:
        found = snapshots.load(path)
        if found.facts["digest"] == run.snapshot.get("digest", found.facts["digest"]):
            mine.write(snapshot=dict(found.facts))
            return found
    except BundleError:
        pass  # nothing was drawn on this machine yet
    drawn = snapshots.draw(
        run, now=run.started or timezone.now(), last_event=run.snapshot.get("last_event")
    )
    if run.snapshot and drawn.facts["digest"] != run.snapshot["digest"]:
        mine.say("The data were drawn on another machine and have changed since; it begins anew.")
        run.epochs.all().delete()
    shutil.rmtree(folder, ignore_errors=True)
    snapshots.save(path, drawn)
    mine.write(snapshot=dict(drawn.facts))
    visits = drawn.facts.get("visits")
    what = "choices" if visits is None else f"steps in {visits:,} visits of two works or more"
    mine.say(
        f"{drawn.facts['events']:,} {what} by {drawn.facts['visitors']:,} visitors among "
        f"{drawn.facts['works']:,} works."
    )
    return drawn


def _pixels(
    run: Run, plan: training.Plan, snapshot: Snapshot, folder: Path
) -> NDArray[np.uint8] | None:
    if not catalogue.model(run.model).pixels:
        return None
    size = plan.config.size or snapshot_looks.PIXELS
    return snapshot_looks.pixels(folder / "pixels", snapshot.artworks, snapshot.pictures, size=size)


def _publish(run: Run, model: ProfileModel, snapshot: Snapshot) -> Version:
    """Keep the model and make its version, unless an earlier attempt did."""
    former = Version.objects.filter(run=run).first()
    if former is not None:
        try:
            model_files.load(former)
        except BundleError:
            model_files.delete(former)
            former.delete()
        else:
            return former
    file, sha256 = model_files.save(f"run-{run.pk}", model, snapshot.artworks, snapshot.pictures)
    return Version.objects.create(run=run, file=file, sha256=sha256, servable=_servable(model))


def _servable(model: Any) -> bool:
    try:
        export(model)
    except UnsupportedError:
        return False
    return True
