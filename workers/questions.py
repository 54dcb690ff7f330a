"""Every visitor's answer kept, so that models of different days can be compared in pairs.

Two trainings may ask different things: somebody chose another work since, or other works were
hidden. Only visitors of whom both asked the same count; neither model had seen the answer. What is
kept is bounded, and always of the same visitors, so that two reports share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.evaluation.evaluate import Result
from artrec.evaluation.tasks import Task
from webapp.lab import catalogue
from webapp.lab.models import Version
from workers import gate
from workers.holdout import lot

KEPT: Final = 2000
"""Visitors whose answers a report keeps."""
MIN_COMMON: Final = 20
"""Common visitors without whom two models are not compared."""
COMPARED: Final = 50
"""The newest versions that a new one is compared with."""
NEW: Final = "auc_new_works"
"""The one metric that asks for hidden works; all others ask for the last choice."""
_DIGITS: Final = 5

Ints = NDArray[np.int64]


def stable_order(names: Iterable[str]) -> list[str]:
    """Names in an order that is arbitrary, yet the same each time and whoever else is there."""
    return sorted(names, key=lot)


def keep(
    result: Result, last: Task, cold: Task | None, user_ids: Sequence[str], items: Sequence[str]
) -> dict[str, Any]:
    """What `Version.report["questions"]` holds: visitors, what was asked, and each metric.

    Args:
        result: Of the measured model; its `users` are those of both tasks.
        last: Asked for last choices.
        cold: Asked for hidden works, if that could be asked.
        user_ids: Visitors by row.
        items: Artworks by row.
    """
    rows = {user_ids[user]: place for place, user in enumerate(result.users)}
    visitors = stable_order(rows)[:KEPT]
    places = np.array([rows[visitor] for visitor in visitors], dtype=np.int64)
    users = result.users[places]
    names = [each for each in result.values if each in gate.ACCURACY or each.startswith(gate.SLICE)]
    return {
        "visitors": [int(visitor) for visitor in visitors],
        "last": _asked(last, users, items),
        "new": _asked(cold, users, items),
        "values": {name: _numbers(result.values[name][places]) for name in names},
    }


def pairs(version: Version, name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """`gate.against` every other version that was asked the same, by the key of that version."""
    others = Version.objects.filter(run__model__in=catalogue.serving(catalogue.TASTE))
    others = others.exclude(pk=version.pk).exclude(report={}).defer("samples")
    found: dict[str, Any] = {}
    for other in others.select_related("run")[:COMPARED]:
        compared = _pair(name, report, str(other), other.report)
        if compared is not None:
            found[str(other.pk)] = compared
    return found


def _pair(
    name: str, report: Mapping[str, Any], other: str, theirs: Mapping[str, Any]
) -> dict[str, Any] | None:
    a, b = report.get("questions"), theirs.get("questions")
    if not a or not b:
        return None
    places = {visitor: place for place, visitor in enumerate(b["visitors"])}
    common = [
        (place, places[visitor]) for place, visitor in enumerate(a["visitors"]) if visitor in places
    ]
    mine, yours = _aligned(a, b, common)
    asked = int(sum(not np.isnan(value) for value in mine.get("auc", [])))
    if asked < MIN_COMMON:
        return None
    found = gate.against(_result(name, mine, report), _result(other, yours, theirs))
    return {**found, "visitors": asked}


def _aligned(
    a: Mapping[str, Any], b: Mapping[str, Any], common: Sequence[tuple[int, int]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both models' values for common visitors, NaN where they were not asked the same."""
    mine, yours = {}, {}
    for name in a["values"].keys() & b["values"].keys():
        asked = "new" if name == NEW else "last"
        same = np.array([a[asked][i] == b[asked][j] for i, j in common], dtype=np.bool_)
        values = (
            np.array([side["values"][name][pair[k]] for pair in common], dtype=np.float64)
            for k, side in enumerate((a, b))
        )
        mine[name], yours[name] = (np.where(same, each, np.nan) for each in values)
    return mine, yours


def _result(name: str, values: Mapping[str, Any], report: Mapping[str, Any]) -> Result:
    catalogue = {gate.COVERAGE: report["figures"][gate.COVERAGE]} if "figures" in report else {}
    return Result(
        model=name,
        task="common",
        users=np.zeros(0, dtype=np.int64),
        values=values,
        catalogue=catalogue,
        n_skipped=0,
        seconds=0.0,
    )


def _asked(task: Task | None, users: Ints, items: Sequence[str]) -> list[str | None]:
    """What each user was asked for, as one short text."""
    if task is None:
        return [None] * len(users)
    places = {int(user): place for place, user in enumerate(task.users)}
    return [
        " ".join(items[row] for row in task.relevant[places[int(user)]])
        if int(user) in places
        else None
        for user in users
    ]


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), _DIGITS) for value in values]
