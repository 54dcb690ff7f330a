from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.evaluation.evaluate import Result
from tests.workers.toys import compared
from workers import gate

Values = NDArray[np.float64]


def result(name: str, coverage: float = 0.8, **values: Any) -> Result:
    users = np.arange(len(next(iter(values.values()))))
    return Result(name, "task", users, values, {"coverage@20": coverage}, 0, 1.0)


def base(seed: int = 0) -> Values:
    return np.random.default_rng(seed).uniform(0.4, 0.9, 200)


def failed(report: object, rival: str = "visrank") -> list[str]:
    checks = gate.by_report({"against": {rival: report}}, rival, "the rival")
    return [each["name"] for each in checks if not each["passed"]]


def test_a_model_that_is_as_good_passes_whatever_chance_does() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, 200)

    report = gate.against(result("a", auc=base() + noise), result("b", auc=base()))

    assert failed(report) == []


def test_a_significant_loss_in_a_slice_alone_is_found() -> None:
    rare = np.where(np.arange(200) % 4 == 0, base(2), np.nan)
    lower = rare - 0.1

    report = gate.against(
        result("a", auc=base() + 0.01, auc_rare=lower), result("b", auc=base(), auc_rare=rare)
    )

    assert failed(report) == ["auc_rare"]


def test_a_slice_that_nobody_falls_into_is_left_out() -> None:
    nobody = np.full(200, np.nan)

    report = gate.against(
        result("a", auc=base(), auc_rare=nobody), result("b", auc=base(), auc_rare=nobody)
    )

    assert list(report["metrics"]) == ["auc"]


def test_many_metrics_make_chance_no_finding() -> None:
    # Ten slices of pure noise: uncorrected, some fall below .05.
    names = [f"auc_{number}" for number in range(10)]
    rng = np.random.default_rng(7)
    ours: dict[str, Any] = {name: rng.normal(0.7, 0.1, 60) for name in names}
    theirs: dict[str, Any] = {name: rng.normal(0.7, 0.1, 60) for name in names}

    report = gate.against(result("a", **ours), result("b", **theirs))

    assert failed(report) == []


@pytest.mark.parametrize(("mine", "passes"), [(0.8, True), (0.73, True), (0.71, False)])
def test_a_tenth_of_the_coverage_may_be_lost(mine: float, passes: bool) -> None:
    report = gate.against(result("a", mine, auc=base()), result("b", auc=base()))

    assert failed(report) == ([] if passes else ["coverage"])


def test_a_comparison_read_from_the_other_side_says_the_opposite() -> None:
    worse = compared("b", -0.1) | {"coverage": [0.5, 0.9]}

    mirrored = gate.mirrored(worse, "a")

    assert failed(worse) == ["auc", "coverage"]
    assert failed(mirrored) == []
    assert gate.mirrored(mirrored, "b") == worse


def test_only_what_would_break_pages_cannot_be_overridden() -> None:
    judgement = gate.verdict([gate.check("auc", False, ""), gate.recall(0.9, "hnsw")])
    broken = gate.verdict([gate.head("It is damaged."), gate.works(3, {}, 0)])
    empty = gate.verdict([gate.works(0, {"why": 3}, 0)])

    assert [gate.may_override(each) for each in (judgement, broken, empty)] == [True, False, False]


def test_a_visible_work_that_is_missing_for_no_known_reason_is_told() -> None:
    checks = [gate.works(10, {"reason": 2}, 0), gate.works(10, {"reason": 2}, 1)]

    assert [each["passed"] for each in checks] == [True, False]
    assert "1 not, for no known reason" in checks[1]["note"]
