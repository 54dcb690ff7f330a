"""The report of a model of visits: does it know what is looked at next?

The visits that end last are the test, as whole visits, so nothing of the training is later than
they. Asked is at every step that another one follows (Hidasi et al. 2016): which work comes next?
As the page does it, works of the visit so far are no candidates; "as published" they are.

Every figure is of the model that was trained without these visits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.data.sessions import NO_LIMIT, as_histories, visits_from, visits_of
from artrec.data.splits import Split
from artrec.errors import DataError
from artrec.evaluation.intervals import Interval, holm, paired_permutation
from artrec.evaluation.next_item import NextItems, by_users, next_items, recall, reciprocal_rank
from artrec.evaluation.ranking import Scorer, rank
from artrec.models.base import ProfileModel
from artrec.models.contract import TrainingData
from artrec.models.item_knn import ItemKNN
from artrec.models.popularity import Popularity
from webapp.lab import catalogue
from webapp.lab.catalogue import VISITS
from webapp.lab.models import Version
from webapp.lab.promoting import serving_version
from workers import gate, samples
from workers.holdout import lot

CUTOFF: Final = 20
SHARE: Final = 0.2
"""Of the visits: the last ones to end are the test."""
QUESTIONS: Final = 4000
"""Asked at most, all of a visitor or, of the last one, some; the same visitors every time."""
MIN_COMMON: Final = 20
"""Visitors without whom two versions are not compared."""
COMPARED: Final = 50
RECALL, MRR = gate.STEP
PUBLISHED: Final = ("published_recall@20", "published_mrr@20")
OWN: Final = "model"
KNN: Final = "item-knn"
POPULARITY: Final = "popularity"
NAMES: Final = {KNN: "Item-kNN of visits", POPULARITY: "Popularity"}
_SEEN: Final = 2
"""Works of the visit so far that a sample for the eye has at least."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Result:
    """What one model answered."""

    values: dict[str, Floats]
    """(Q,) each."""
    published: dict[str, Interval]
    coverage: float
    """Share of the known works that are among somebody's first 20."""


def hold_out(log: Interactions, gap: int) -> Split:
    """Hold out the visits that end last.

    Raises:
        DataError: If nothing is left on either side.
    """
    useful = visits_of(log, gap).at_least(2)
    cut = int(np.quantile(useful.ends, 1 - SHARE)) if len(useful) else 0
    split = visits_from(log, cut, gap=gap)
    for part in (split.train, split.test):
        if not len(visits_of(part, gap).at_least(2)):
            raise DataError(
                f"Of {len(useful)} visits of two works or more none is left to train on once the "
                "last ones are held out. Wait for more visits, or choose a longer window."
            )
    return split


def make_report(version: Version, model: ProfileModel, split: Split, gap: int) -> None:
    """Measure a model and keep `Version.report` and `Version.samples`. Safe to repeat.

    Args:
        version: Whose.
        model: Fitted on `split.train`.
        split: What is asked for.
        gap: Seconds without an event that end a visit.

    Raises:
        ArtrecError: If the model cannot be asked.
    """
    purpose = catalogue.purpose_of(version.run.model)
    known = split.train.item_counts > 0
    test = visits_of(split.test, gap)
    names = split.test.user_ids
    asked = _some(next_items(test, known=known, hide_seen=True), names)
    published = _some(next_items(test, known=known), names)
    # A lens is asked by the work one stands before, a row by the whole visit.
    longest = 1 if purpose == VISITS else NO_LIMIT
    models = {OWN: (model, longest), **_yardsticks(split.train, gap)}
    results = {
        key: _measured(each, steps, asked, published) for key, (each, steps) in models.items()
    }
    titles = {OWN: _name(version), **NAMES}
    serving = serving_version(purpose)
    report: dict[str, Any] = {
        "made": timezone.now().isoformat(),
        "main": RECALL,
        "rows": [_row(key, titles[key], each, asked) for key, each in results.items()],
        "visits": len(np.unique(asked.visits.event_visits[asked.events])),
        "visitors": len(np.unique(asked.users)),
        "steps": len(asked.events),
        "served": serving.pk if serving else None,
        "questions": _kept(results[OWN], asked, split.test),
        "against": {
            key: _against(titles[key], results[OWN].values, results[key].values, asked.users)
            | {"coverage": [results[OWN].coverage, results[key].coverage]}
            for key in NAMES
        },
    }
    report["against"] |= _pairs(version, purpose, report)
    version.report = report
    version.samples = _samples(models, asked, split.test)
    version.save(update_fields=["report", "samples"])


def _yardsticks(train: Interactions, gap: int) -> dict[str, tuple[ProfileModel, int]]:
    visits = visits_of(train, gap)
    together = TrainingData(as_histories(visits.at_least(2)))
    return {
        KNN: (ItemKNN.fit(together), 1),
        POPULARITY: (Popularity.fit(TrainingData(as_histories(visits))), 1),
    }


def _some(asked: NextItems, names: tuple[str, ...]) -> NextItems:
    """Of too many questions those of some visitors, the same ones in every report."""
    lots = np.array([lot(name) for name in names])[asked.users]
    rows = np.argsort(lots, kind="stable")[:QUESTIONS]
    return asked.take(np.sort(rows))


def _measured(model: ProfileModel, longest: int, asked: NextItems, published: NextItems) -> Result:
    found = rank(model.scorer(asked.profiles(longest=longest)), asked.task, top=CUTOFF)
    other = rank(model.scorer(published.profiles(longest=longest)), published.task).ranks.ranks
    ranks = found.ranks.ranks
    shown = np.unique(found.top[found.top >= 0])
    return Result(
        {RECALL: recall(ranks, CUTOFF), MRR: reciprocal_rank(ranks, CUTOFF)},
        {
            name: by_users(metric(other, CUTOFF), published.users)
            for name, metric in zip(PUBLISHED, (recall, reciprocal_rank), strict=True)
        },
        len(shown) / max(int(np.count_nonzero(asked.task.on_offer)), 1),
    )


def _row(key: str, name: str, result: Result, asked: NextItems) -> dict[str, Any]:
    intervals = {name: by_users(each, asked.users) for name, each in result.values.items()}
    return {
        "key": key,
        "name": name,
        "intervals": {
            metric: {"mean": each.mean, "low": each.low, "high": each.high}
            for metric, each in {**intervals, **result.published}.items()
        },
        "figures": {gate.COVERAGE: result.coverage},
    }


def _against(
    rival: str, mine: Mapping[str, Floats], theirs: Mapping[str, Floats], users: NDArray[np.int64]
) -> dict[str, Any]:
    """As `gate.against`; signs are turned by visitor, since steps of one depend on each other."""
    _, owner = np.unique(users, return_inverse=True)
    p_values = []
    for name in gate.STEP:
        sums = [np.bincount(owner, each[name]).astype(np.float64) for each in (mine, theirs)]
        p_values.append(paired_permutation(sums[0], sums[1]).p_value)
    metrics = {}
    for name, p_value in zip(gate.STEP, holm(p_values), strict=True):
        difference = by_users(mine[name] - theirs[name], users)
        metrics[name] = {
            "difference": difference.mean,
            "low": difference.low,
            "high": difference.high,
            "p_value": p_value,
            "mean": float(mine[name].mean()),
            "rival": float(theirs[name].mean()),
        }
    return {"rival": rival, "metrics": metrics}


def _kept(result: Result, asked: NextItems, test: Interactions) -> dict[str, Any]:
    """Every answer, by visitor, time and work, to be compared with versions of other days."""
    visits, events = asked.visits, asked.events
    return {
        "steps": [
            f"{test.user_ids[user]} {time} {test.item_ids[item]}"
            for user, time, item in zip(
                asked.users, visits.times[events], visits.items[events + 1], strict=True
            )
        ],
        "values": {name: np.round(each, 5).tolist() for name, each in result.values.items()},
        "coverage": result.coverage,
    }


def _pairs(version: Version, purpose: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """`_against` every other version that was asked at the same steps, by its key."""
    mine = report["questions"]
    others = Version.objects.filter(run__model__in=catalogue.serving(purpose)).exclude(report={})
    found = {}
    for other in others.exclude(pk=version.pk).select_related("run").order_by("-pk")[:COMPARED]:
        theirs = other.report["questions"]
        places = {step: place for place, step in enumerate(theirs["steps"])}
        pairs = [(n, places[step]) for n, step in enumerate(mine["steps"]) if step in places]
        users = np.array([int(mine["steps"][n].split()[0]) for n, _ in pairs], dtype=np.int64)
        if len(np.unique(users)) < MIN_COMMON:
            continue
        a, b = (
            {key: np.array(side["values"][key])[[pair[k] for pair in pairs]] for key in gate.STEP}
            for k, side in enumerate((mine, theirs))
        )
        found[str(other.pk)] = _against(str(other), a, b, users) | {
            "coverage": [mine["coverage"], theirs["coverage"]],
            "visitors": len(np.unique(users)),
        }
    return found


def _samples(
    models: Mapping[str, tuple[ProfileModel, int]], asked: NextItems, test: Interactions
) -> list[dict[str, Any]]:
    """A dozen visits for the eye, of as many visitors: as `samples.show` keeps them."""
    history = asked.profiles()
    drawn: dict[int, int] = {}
    for row in np.flatnonzero(history.user_counts >= _SEEN).tolist():
        drawn.setdefault(int(asked.users[row]), row)
    people = sorted(drawn, key=lambda user: lot(test.user_ids[user]))[: samples.VISITORS]
    rows = {drawn[user]: "" for user in people}
    scorers: dict[str, Scorer] = {
        key: model.scorer(asked.profiles(longest=longest))
        for key, (model, longest) in models.items()
    }
    if not rows:
        return []
    shown = samples.show(rows, asked.task, _with_works(history, test), scorers)
    for sample, user in zip(shown, people, strict=True):
        sample["visitor"] = int(test.user_ids[user])
    return shown


def _with_works(history: Interactions, test: Interactions) -> Interactions:
    """The same with the ids of artworks."""
    return Interactions(
        indptr=history.indptr,
        items=history.items,
        times=history.times,
        baskets=history.baskets,
        user_ids=history.user_ids,
        item_ids=test.item_ids,
    )


def _name(version: Version) -> str:
    known = catalogue.models().get(version.run.model)
    return f"{known.title if known else version.run.model}, version {version.pk}"
