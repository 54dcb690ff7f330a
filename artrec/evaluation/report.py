"""Several results side by side: Markdown for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from artrec.errors import DataError
from artrec.evaluation.evaluate import Result
from artrec.evaluation.intervals import (
    Comparison,
    Interval,
    bootstrap,
    holm,
    paired_permutation,
)

METRICS = ("auc", "rr", "recall@20", "precision@20", "ndcg@20", "recall@100", "ndcg@100")
"""Columns of the table unless others are named."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model in a table."""

    model: str
    intervals: dict[str, Interval]
    figures: dict[str, float]
    """Means without an interval: figures of the catalogue."""
    comparison: Comparison | None
    """Against the baseline on the table's main metric, p corrected; None for the baseline."""
    seconds: float
    details: dict[str, str | float]


@dataclass(frozen=True, slots=True)
class Report:
    """Models on one task, best first by the main metric."""

    title: str
    task: str
    n_queries: int
    n_skipped: int
    main: str
    baseline: str
    rows: tuple[Row, ...]


def compare(
    results: Sequence[Result],
    *,
    title: str,
    baseline: str,
    main: str = "auc",
    seed: int = 0,
) -> Report:
    """Table of results on one task, each with 95 % bootstrap intervals.

    Every model is tested against the model called `baseline` on the metric `main`, by sign
    permutation over users with Holm's correction. Raises DataError if the results are not of the
    same queries, repeat a name, or lack the baseline or the metric.
    """
    _check(results, baseline, main)
    reference = next(result for result in results if result.model == baseline)
    others = [result for result in results if result is not reference]
    tests = [
        paired_permutation(result.values[main], reference.values[main], seed=seed)
        for result in others
    ]
    corrected = holm([test.p_value for test in tests])
    compared = {
        result.model: Comparison(test.difference, p_value)
        for result, test, p_value in zip(others, tests, corrected, strict=True)
    }
    rows = [_row(result, compared.get(result.model), seed) for result in results]
    rows.sort(key=lambda row: -row.intervals[main].mean)
    return Report(
        title=title,
        task=reference.task,
        n_queries=len(reference.users),
        n_skipped=reference.n_skipped,
        main=main,
        baseline=baseline,
        rows=tuple(rows),
    )


def _check(results: Sequence[Result], baseline: str, main: str) -> None:
    names = [result.model for result in results]
    if len(set(names)) != len(names):
        raise DataError(f"Two results have the same name among {', '.join(names)}.")
    if baseline not in names:
        raise DataError(f"The baseline {baseline!r} is not among {', '.join(names) or 'none'}.")
    for result in results:
        if main not in result.values:
            raise DataError(f"{result.model} has no values of {main!r}.")
        same = result.task == results[0].task and np.array_equal(result.users, results[0].users)
        if not same:
            raise DataError(f"{result.model} was evaluated on other queries than {names[0]}.")


def _row(result: Result, comparison: Comparison | None, seed: int) -> Row:
    return Row(
        model=result.model,
        intervals={
            name: bootstrap(values, seed=seed)
            for name, values in result.values.items()
            if not np.isnan(values).all()
        },
        figures=dict(result.catalogue),
        comparison=comparison,
        seconds=result.seconds,
        details=dict(result.details),
    )


def to_markdown(report: Report, *, columns: Sequence[str] = METRICS) -> str:
    """The report as a Markdown table; metrics no model has are left out, gaps are a dash.

    After the mean stands half the width of the interval, in units of the last digit.
    """
    shown = [name for name in columns if any(name in row.intervals for row in report.rows)]
    figures = sorted({name for row in report.rows for name in row.figures})
    details = list(dict.fromkeys(name for row in report.rows for name in row.details))
    head = [
        "model",
        *shown,
        *figures,
        f"Δ {report.main} to {report.baseline} (95 %)",
        "p",
        *details,
        "users/s",
    ]
    lines = [
        f"# {report.title}",
        "",
        (
            f"Task `{report.task}`: {report.n_queries} queries, {report.n_skipped} skipped. "
            "Means over users with half the width of the 95 % bootstrap interval in brackets "
            "(last digits). p: sign permutation over users, Holm-corrected."
        ),
        "",
        "| " + " | ".join(_escape(cell) for cell in head) + " |",
        "|---|" + "---:|" * (len(head) - 1),
    ]
    for row in report.rows:
        cells = [row.model]
        cells += [_mean(row.intervals.get(name)) for name in shown]
        cells += [f"{row.figures[name]:.3f}" if name in row.figures else "–" for name in figures]
        cells += _comparison(row.comparison)
        cells += [_detail(row.details.get(name)) for name in details]
        cells.append(f"{report.n_queries / row.seconds:,.0f}" if row.seconds > 0 else "–")
        lines.append("| " + " | ".join(_escape(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def to_json(report: Report) -> str:
    """The report with everything it holds, every metric included; infinite and NaN are null."""
    return json.dumps(_finite(asdict(report)), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _mean(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    half = round((interval.high - interval.low) / 2 * 1e4)
    return f"{interval.mean:.4f} ({half})"


def _comparison(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return ["–", "–"]
    d = comparison.difference
    p = f"{comparison.p_value:.4f}" if comparison.p_value >= 0.001 else "<0.001"
    return [f"{d.mean:+.4f} [{d.low:+.4f}, {d.high:+.4f}]", p]


def _detail(value: str | float | None) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:,.4g}"


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
