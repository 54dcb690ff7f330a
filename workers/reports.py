"""The report of a version: beside the yardsticks, beside other versions, and for the eye.

Every figure is of the model that was trained without what is asked for. What it serves by in the
end was trained on everything and could not be measured any more.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

import numpy as np
from django.utils import timezone

from artrec.errors import DataError
from artrec.evaluation.evaluate import Background, Result, evaluate
from artrec.evaluation.protocols import from_split
from artrec.evaluation.report import compare, to_json
from artrec.evaluation.tasks import Task
from artrec.models.base import ProfileModel
from artrec.models.contract import TrainingData
from artrec.models.visrank import VisRank
from webapp.lab.catalogue import models
from webapp.lab.models import Version
from webapp.lab.promoting import serving_version
from workers import gate, questions, samples, yardsticks
from workers.holdout import Held

MAIN: Final = "auc"
FEW: Final = 5
"""Choices below which somebody counts as a newcomer."""
MIN_NEW: Final = 5
"""Hidden works without which it says nothing how they are ranked among themselves."""
NEWCOMERS: Final = "auc_newcomers"
OWN: Final = "model"
"""Key of the measured model among the rows of its report."""


def make_report(version: Version, model: ProfileModel, data: TrainingData, held: Held) -> None:
    """Measure a model and keep `Version.report` and `Version.samples`. Safe to repeat.

    Args:
        version: Whose.
        model: Fitted on `held.train`.
        data: What it could look at, and all choices.
        held: What is asked for.

    Raises:
        ArtrecError: If the model cannot be asked.
    """
    train = held.train
    others = yardsticks.fit_all(data, train)
    looks = others.get(gate.VISRANK)
    vectors = looks.vectors if isinstance(looks, VisRank) else None
    background = Background(
        item_counts=train.item_counts,
        n_users=int(np.count_nonzero(train.user_counts)),
        features=vectors,
        artists=data.content.artists,
    )
    last, cold = from_split(held.last, name="leave-last"), _cold(held)
    names = {OWN: _name(version), **{key: yardsticks.NAMES[key] for key in others}}
    results = {
        key: _measured(names[key], each, held, last, cold, background)
        for key, each in {OWN: model, **others}.items()
    }
    own = results[OWN]
    report = _rows(results, names)
    report["visitors"], report["skipped"] = len(last), last.skipped
    report["new"] = _asked_new(cold)
    report["figures"] = dict(own.catalogue)
    report["served"] = _pk(serving_version())
    report["questions"] = questions.keep(own, last, cold, train.user_ids, train.item_ids)
    report["against"] = {key: gate.against(own, results[key]) for key in others}
    report["against"] |= questions.pairs(version, names[OWN], report)
    version.report = report
    seen = {key: each for key, each in others.items() if key != yardsticks.RANDOM}
    scorers = {key: each.scorer(train) for key, each in {OWN: model, **seen}.items()}
    version.samples = samples.show(samples.draw(last, train, vectors), last, train, scorers)
    version.save(update_fields=["report", "samples"])


def _measured(
    name: str,
    model: ProfileModel,
    held: Held,
    last: Task,
    cold: Task | None,
    background: Background,
) -> Result:
    """One result for both questions: hidden works and newcomers are slices of it."""
    scorer = model.scorer(held.train)
    main = evaluate(name, scorer, last, background=background)
    values = {key: each for key, each in main.values.items() if not key.endswith("_ref")}
    few = held.train.user_counts[last.users] < FEW
    if few.any():
        values[NEWCOMERS] = np.where(few, values[MAIN], np.nan)
    if cold is None:
        return replace(main, values=values)
    new = evaluate(name, scorer, cold, ks=(1,), top=0)
    users = np.union1d(main.users, new.users)
    place = np.searchsorted(users, main.users)
    spread = {key: _spread(each, place, len(users)) for key, each in values.items()}
    place = np.searchsorted(users, new.users)
    spread[questions.NEW] = _spread(new.values[MAIN], place, len(users))
    return replace(main, users=users, values=spread)


def _spread(values: Any, places: Any, length: int) -> Any:
    found = np.full(length, np.nan)
    found[places] = values
    return found


def _cold(held: Held) -> Task | None:
    """Hidden works ranked among themselves; None for a few, or if nobody can be asked for one."""
    hidden = held.cold.test.item_counts > 0
    if np.count_nonzero(hidden) < MIN_NEW:
        return None
    try:
        return from_split(held.cold, name="cold-items", candidates=hidden)
    except DataError:
        return None


def _rows(results: dict[str, Result], names: dict[str, str]) -> dict[str, Any]:
    """`artrec.evaluation.report` as JSON values, its rows by key and the measured model first."""
    table = compare(list(results.values()), title=names[OWN], baseline=names[OWN], main=MAIN)
    found = json.loads(to_json(table))
    by_name = {row["model"]: row for row in found["rows"]}
    rows = [
        {"key": key, "name": name}
        | {part: by_name[name][part] for part in ("intervals", "figures", "seconds")}
        for key, name in names.items()
    ]
    return {"made": timezone.now().isoformat(), "main": MAIN, "rows": rows}


def _asked_new(cold: Task | None) -> dict[str, int]:
    if cold is None:
        return {"visitors": 0, "works": 0}
    return {"visitors": len(cold), "works": int(np.count_nonzero(cold.on_offer))}


def _name(version: Version) -> str:
    known = models().get(version.run.model)
    return f"{known.title if known else version.run.model}, version {version.pk}"


def _pk(version: Version | None) -> int | None:
    return version.pk if version else None
