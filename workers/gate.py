"""The gate before visitors: is a version worse, by its report, than what serves now?

A training writes `against(candidate, rival)` into its report for every rival it was measured with,
on the same questions: `Version.report["against"]["visrank"]`, and
`Version.report["against"][str(pk)]` for the version that served. Promotion reads it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

import numpy as np

from artrec.errors import ShapeError
from artrec.evaluation.evaluate import Result
from artrec.evaluation.intervals import holm, paired_permutation
from webapp.lab.catalogue import NEXT, TASTE, VISITS
from webapp.lab.measures import turned

VISRANK: Final = "visrank"
"""Key of VisRank over the look, which serves while no version does."""
YARDSTICK: Final = {
    TASTE: (VISRANK, "VisRank"),
    VISITS: ("item-knn", "works looked at together, counted"),
    NEXT: ("item-knn", "works looked at together, counted"),
}
"""What a version must not fall behind while no version serves its purpose: what visitors see then,
or for a row that is not shown then, what it could be filled with. Popular works are no yardstick:
where few works are seen by most they are hard to beat, and they stand on other pages already. Key
of the report, and name."""
ACCURACY: Final = {
    "auc": "order of all works (AUC)",
    "ndcg@20": "first 20 places (nDCG)",
    "recall@20": "hits among the first 20",
}
STEP: Final = {
    "next_recall@20": "next looks among the first 20",
    "next_mrr@20": "place of the next look (MRR of the first 20)",
}
"""Of models of visits, by `workers.visit_reports`."""
SLICE: Final = "auc_"
"""Metrics that begin so are AUCs of a part of the questions, such as `auc_rare`."""
COVERAGE: Final = "coverage@20"
SIGNIFICANT: Final = 0.05
KEPT_COVERAGE: Final = 0.9
"""Share of the rival's coverage that must be left. One figure has no test of significance."""
RECALL: Final = 0.95
"""Of the neighbours a full comparison finds, how many the index must find."""


class Check(TypedDict):
    """One question of the gate and its answer."""

    name: str
    passed: bool
    note: str
    """A sentence for the curator."""
    binding: bool
    """Nobody can override it: the pages would break."""


def check(name: str, passed: bool, note: str, *, binding: bool = False) -> Check:
    """One answered question."""
    return {"name": name, "passed": bool(passed), "note": note, "binding": binding}


def against(candidate: Result, rival: Result) -> dict[str, Any]:
    """What the gate needs to know of two results on the same questions, as JSON.

    Differences are candidate minus rival, tested by sign permutation over users with Holm's
    correction over all of them. Metrics that not one user has for both are left out.
    """
    found = {}
    for name in candidate.values:
        if name in rival.values and (name in ACCURACY or name.startswith(SLICE)):
            try:
                found[name] = paired_permutation(candidate.values[name], rival.values[name])
            except ShapeError:
                continue
    corrected = holm([each.p_value for each in found.values()])
    metrics = {
        name: {
            "difference": each.difference.mean,
            "low": each.difference.low,
            "high": each.difference.high,
            "p_value": p_value,
            "mean": float(np.nanmean(candidate.values[name])),
            "rival": float(np.nanmean(rival.values[name])),
        }
        for (name, each), p_value in zip(found.items(), corrected, strict=True)
    }
    coverage = [result.catalogue.get(COVERAGE) for result in (candidate, rival)]
    return {"rival": rival.model, "metrics": metrics, "coverage": coverage}


def mirrored(found: Mapping[str, Any], rival: str) -> dict[str, Any]:
    """What `against` would say had the two changed places; `rival` names the former candidate."""
    return {**turned(found), "rival": rival}


def by_report(report: Mapping[str, Any], rival: str, name: str) -> list[Check]:
    """The checks that a version's report answers.

    Args:
        report: `Version.report`.
        rival: Key of what serves: `VISRANK` or the id of a version.
        name: What people call it.
    """
    found = report.get("against", {}).get(rival)
    if not found or not found.get("metrics"):
        known = ", ".join(each["rival"] for each in report.get("against", {}).values())
        note = f"Its report compares it with {known or 'nothing'}, not with {name}, which serves."
        return [check("report", False, f"{note} Train it again to know.")]
    checks = [
        _no_loss(metric, (ACCURACY | STEP).get(metric) or _slice(metric), values, name)
        for metric, values in found["metrics"].items()
    ]
    mine, theirs = found.get("coverage") or (None, None)
    if mine is not None and theirs is not None:
        note = f"{mine:.0%} of all works appear in somebody's first 20; with {name}, {theirs:.0%}."
        checks.append(check("coverage", mine >= KEPT_COVERAGE * theirs, note))
    return checks


def by_yardstick(report: Mapping[str, Any], purpose: str) -> list[Check]:
    """The checks of a report while no version serves its purpose.

    Where visitors then see no row at all, a version can show them no fewer works.
    """
    checks = by_report(report, *YARDSTICK[purpose])
    return [each for each in checks if purpose != NEXT or each["name"] != "coverage"]


def recall(value: float, index: str) -> Check:
    """Whether queries find what a full comparison finds."""
    if index == "exact":
        note = "Every query compares all works, so nothing is missed."
    else:
        note = f"The {index} index finds {value:.1%} of what a full comparison finds."
    return check("recall", value >= RECALL, note)


def agreement(value: float, profiles: int) -> Check:
    """Whether the database ranks as the model itself does."""
    if not profiles:
        note = "No visitor has a profile yet to compare the lists of database and model."
        return check("agreement", True, note)
    note = f"For {profiles} visitors the database and the model agree on {value:.1%} of the first"
    return check("agreement", value >= RECALL, f"{note} places.", binding=value < 0.5)


def works(inside: int, unreachable: Mapping[str, int], unexplained: int) -> Check:
    """Whether every visible work is in the space, or it is known why not."""
    reasons = [f"{count} not: {reason}" for reason, count in unreachable.items()]
    if unexplained:
        reasons.append(f"{unexplained} not, for no known reason")
    note = "; ".join([f"{inside} visible works can be recommended", *reasons])
    return check("works", inside > 0 and not unexplained, f"{note}.", binding=inside == 0)


def head(problem: str) -> Check:
    """Whether the bundle answers in the web process; `problem` is empty if it does."""
    note = problem or "The head makes a query of a profile."
    return check("head", not problem, note, binding=True)


def verdict(checks: list[Check]) -> dict[str, Any]:
    """What `Promotion.gate` holds."""
    return {"passed": all(each["passed"] for each in checks), "checks": checks}


def may_override(gate: Mapping[str, Any]) -> bool:
    """Whether somebody may say "all the same"."""
    return not any(each["binding"] and not each["passed"] for each in gate["checks"])


def _no_loss(metric: str, title: str, values: Mapping[str, float], name: str) -> Check:
    lost = values["difference"] < 0 and values["p_value"] < SIGNIFICANT
    sign = "worse than" if values["difference"] < 0 else "better than"
    note = f"{title}: {values['mean']:.3f}, {abs(values['difference']):.3f} {sign} {name}"
    sure = "significant" if values["p_value"] < SIGNIFICANT else "within chance"
    return check(metric, not lost, f"{note} ({sure}, p = {values['p_value']:.3f}).")


def _slice(metric: str) -> str:
    return f"AUC, {metric.removeprefix(SLICE).replace('_', ' ')}"
