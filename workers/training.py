"""Fit the model of a run: its settings, its checkpoints, and an epoch row for each epoch."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from artrec.cli.fitting import default_config, trains
from artrec.cli.plan import seeded
from artrec.cli.settings import with_values
from artrec.errors import BundleError, ConfigError
from artrec.models.base import ProfileModel
from artrec.models.contract import TrainingData
from artrec.models.registry import load_model, model_class
from artrec.training import Outcome, Progress, Runtime
from artrec.training.checkpoint import last_progress
from webapp.lab.models import Epoch, Run
from workers.catalogue import nested
from workers.leases import StoppedError
from workers.runs import Held

_MODEL = "model.npz"
_DONE = "done.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run asks for."""

    model: str
    config: Any
    """An instance of the model's `Config`."""
    refit: bool
    """Whether what serves is trained once more on everything."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and the epoch it is of; 0 for models without."""

    model: ProfileModel
    best_epoch: int


def plan_of(run: Run) -> Plan:
    """The settings of a run, checked by the classes they are for.

    Raises:
        ConfigError: If they do not go together.
    """
    values = {name: value for name, value in run.config.items() if name != "refit"}
    config = seeded(with_values(default_config(run.model), nested(values)), run.seed)
    if hasattr(config, "refit"):  # the run does that itself
        config = replace(config, refit=False)
    if run.model == "blend":
        seeds = {
            f"settings.{part}.training.seed": run.seed for part in config.parts if trains(part)
        }
        config = with_values(config, nested({**values, **seeds}))
    return Plan(run.model, config, bool(run.config.get("refit", True)))


def for_everything(plan: Plan, best_epoch: int) -> Any:
    """The settings with which to train on everything, for as many epochs as were best."""
    if best_epoch and hasattr(plan.config, "validation_share"):  # of visits
        return replace(plan.config, validation_share=0.0, epochs=best_epoch)
    if not best_epoch or not hasattr(plan.config, "training"):
        return plan.config
    training = replace(plan.config.training, validation="none", epochs=best_epoch)
    return replace(plan.config, training=training)


def fit(
    mine: Held, plan: Plan, config: Any, data: TrainingData, *, folder: Path, device: str, part: str
) -> Fitted:
    """Fit, or read what an earlier attempt fitted to its end.

    Args:
        mine: The run; its epochs are written as they end, and it may end the training.
        plan: Which model.
        config: Its settings this time.
        data: What it learns from.
        folder: For its checkpoints and, in the end, the model itself.
        device: Where a model with epochs trains.
        part: How its epochs are called, "" for those of the first fit.

    Raises:
        ArtrecError: If the data or the settings do not suit the model.
        CancelledError: And the others of `workers.leases`, between two epochs.
    """
    found = _kept(folder)
    if found is not None:
        return found
    try:
        fitted = _fit(mine, plan, config, data, folder, device, part)
    except BundleError as error:  # a checkpoint of older code, say
        mine.say(f"Begins anew: {error}")
        shutil.rmtree(folder)
        fitted = _fit(mine, plan, config, data, folder, device, part)
    mine.check()
    _keep(folder, fitted)
    return fitted


def _fit(
    mine: Held, plan: Plan, config: Any, data: TrainingData, folder: Path, device: str, part: str
) -> Fitted:
    kind: Any = model_class(plan.model)
    if not trains(plan.model):
        return Fitted(kind.fit(data, config), 0)
    outcomes: list[Outcome] = []
    chart = _Chart(mine, _parts(plan, part))
    untold = last_progress(folder)
    if untold is not None:
        chart.write(untold)
    runtime = Runtime(
        device=device, folder=folder, resume=True, on_progress=chart, on_end=outcomes.append
    )
    model = kind.fit(data, config, runtime=runtime)
    if any(each.interrupted for each in outcomes):
        raise StoppedError
    return Fitted(model, outcomes[-1].best_epoch if plan.model != "blend" else 0)


def _parts(plan: Plan, part: str) -> list[str]:
    """The trainings of one fit, in their order. A blend trains its parts to learn how much to
    believe each, and then once more on all it is given."""
    if plan.model != "blend":
        return [part]
    names = [name for name in plan.config.parts if trains(name)]
    before = f"{part}: " if part else ""
    return [f"{before}{name}" for name in (*names, *(f"{name}, again" for name in names))]


class _Chart:
    """Writes the epochs of several trainings, one after the other."""

    def __init__(self, mine: Held, parts: list[str]) -> None:
        self.mine = mine
        self.parts = parts
        self.last: Progress | None = None
        self.before = 0.0

    def __call__(self, progress: Progress) -> None:
        if self.last is None or progress.epoch <= self.last.epoch:
            self._begin(progress)
        self.last = progress
        self.write(progress)
        self.mine.write(attempts=1)  # it gets further, so its worker did not die of it
        self.mine.listen()
        self.mine.check()

    def write(self, progress: Progress) -> None:
        """Put one epoch on the chart, unless it is there."""
        Epoch.objects.get_or_create(
            run_id=self.mine.row.pk,
            part=self.parts[0],
            number=progress.epoch,
            defaults={
                "of": progress.epochs,
                "loss": progress.loss,
                "metric": progress.metric,
                "best": progress.best,
                "lr": progress.lr,
                "rate": progress.examples_per_second,
                "seconds": self.before + progress.seconds,
                "seconds_left": progress.seconds_left,
            },
        )

    def _begin(self, progress: Progress) -> None:
        """The next training: what an earlier attempt wrote beyond its checkpoint is void."""
        if self.last is not None:
            self.parts.pop(0)
        mine = Epoch.objects.filter(run_id=self.mine.row.pk, part=self.parts[0])
        mine.filter(number__gte=progress.epoch).delete()
        former = mine.order_by("number").last()
        self.before = former.seconds if former else 0.0


def _kept(folder: Path) -> Fitted | None:
    try:
        done = json.loads((folder / _DONE).read_text(encoding="utf-8"))
        model = load_model(folder / _MODEL)
    except (OSError, ValueError, BundleError):
        return None
    if not isinstance(model, ProfileModel):
        raise ConfigError(f"{model.name} is no model that a run can keep.")
    return Fitted(model, int(done["best_epoch"]))


def _keep(folder: Path, fitted: Fitted) -> None:
    """The model first: what says that all is done comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted.model.save(folder / _MODEL)
    partial = folder / f"{_DONE}.partial"
    partial.write_text(json.dumps({"best_epoch": fitted.best_epoch}), encoding="utf-8")
    partial.replace(folder / _DONE)
