"""The report of a comparison: the table, each model against its control, and what is missing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from artrec.cli.dataset import say
from artrec.cli.options import write_text
from artrec.cli.plan import BLIND, Entry
from artrec.cli.protocols import Protocol
from artrec.errors import DataError
from artrec.evaluation.evaluate import Result
from artrec.evaluation.intervals import holm, paired_permutation
from artrec.evaluation.plot import to_svg
from artrec.evaluation.published import PublishedTable, beside
from artrec.evaluation.report import METRICS, Report, compare, to_json, to_markdown

COLUMNS: Final = (*METRICS, "auc_rare", "diversity@20")
MAIN: Final = "auc"


@dataclass(eq=False)
class Outcome:
    """What a comparison came to."""

    title: str
    protocol: Protocol
    plan: list[Entry]
    baseline: str
    published: PublishedTable | None = None
    results: list[Result] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """Name to the sentence that says why."""


def write_comparison(outcome: Outcome, folder: Path) -> str:
    """Write report.md, report.json and report.svg into `folder` and return the Markdown.

    Raises:
        DataError: If not one model could be measured.
    """
    if not outcome.results:
        raise DataError(f"No model could be measured: {outcome.failed}.")
    report = compare(
        outcome.results,
        title=f"{outcome.title}, {outcome.protocol}",
        baseline=_baseline(outcome),
        main=MAIN,
    )
    controls = _against_controls(outcome)
    parts = [to_markdown(report, columns=COLUMNS), _COSTS]
    if controls:
        parts.append(_controls_table(controls))
    elif any(entry.model not in BLIND for entry in outcome.plan):
        parts.append("Controls with shuffled features were left out.\n")
    if outcome.failed:
        lines = [f"- {name}: {reason}" for name, reason in outcome.failed.items()]
        parts.append("\n".join(["## Not in the table", "", *lines, ""]))
    if outcome.published is not None:
        parts.append(beside(outcome.published, report))
    markdown = "\n".join(parts)
    write_text(folder / "report.md", markdown)
    write_text(folder / "report.json", _as_json(report, outcome, controls))
    write_text(folder / "report.svg", to_svg(report))
    return markdown


_COSTS: Final = (
    "fit CPU-s: of all threads, with packages that are loaded on the way. examples/s: of a "
    "training, validation left out. peak MiB: of the whole process of each model, with the data "
    "and the interpreter, which the row `random` shows by itself. users/s: of scoring and "
    "ranking.\n"
)


def _baseline(outcome: Outcome) -> str:
    """The baseline, or what comes nearest to it where it failed."""
    names = [result.model for result in outcome.results]
    if outcome.baseline in names:
        return outcome.baseline
    other = next((name for name in ("visrank", "popularity", "random") if name in names), names[0])
    say(f"The baseline {outcome.baseline} failed; all are tested against {other} instead.")
    return other


def _against_controls(outcome: Outcome) -> list[dict[str, Any]]:
    """Model by model the difference to itself with the features of other items."""
    by_name = {result.model: result for result in outcome.results}
    pairs = [
        (by_name[entry.control_of], by_name[entry.name])
        for entry in outcome.plan
        if entry.control_of in by_name and entry.name in by_name
    ]
    tests = [paired_permutation(own.values[MAIN], control.values[MAIN]) for own, control in pairs]
    corrected = holm([test.p_value for test in tests])
    return [
        {"model": own.model, "difference": asdict(test.difference), "p_value": float(p_value)}
        for (own, _), test, p_value in zip(pairs, tests, corrected, strict=True)
    ]


def _controls_table(controls: list[dict[str, Any]]) -> str:
    lines = [
        "## Each visual model against itself with shuffled features",
        "",
        "What is left without the pictures: if the difference is 0, they did nothing.",
        "",
        f"| model | Δ {MAIN} (95 %) | p |",
        "|---|---:|---:|",
    ]
    for each in controls:
        d, p = each["difference"], each["p_value"]
        shown = f"{p:.4f}" if p >= 0.001 else "<0.001"
        lines.append(
            f"| {each['model']} | {d['mean']:+.4f} [{d['low']:+.4f}, {d['high']:+.4f}] | {shown} |"
        )
    return "\n".join([*lines, ""])


def _as_json(report: Report, outcome: Outcome, controls: list[dict[str, Any]]) -> str:
    content = json.loads(to_json(report))
    content["protocol"] = asdict(outcome.protocol)
    content["plan"] = [asdict(entry) for entry in outcome.plan]
    content["against_controls"] = controls
    content["failed"] = outcome.failed
    if outcome.published is not None:
        content["published_by_others"] = asdict(outcome.published)
    return json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n"
