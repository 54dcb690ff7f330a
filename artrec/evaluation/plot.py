"""A report as a picture: one line of dot and whiskers per model, as SVG without a library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from artrec.errors import DataError
from artrec.evaluation.report import METRICS, Report, to_json, to_markdown

WIDTH = 760
_LEFT, _RIGHT, _TOP, _ROW = 200, 90, 56, 30
_INK, _MUTED, _ACCENT = "#1f2328", "#6b7280", "#0b6e99"


def to_svg(report: Report, *, metric: str | None = None) -> str:
    """Mean and 95 % interval of each model on `metric` (the report's main one by default).

    A dashed line marks the baseline's mean. Raises DataError if no model has the metric.
    """
    name = metric or report.main
    rows = [(row.model, row.intervals[name]) for row in report.rows if name in row.intervals]
    if not rows:
        raise DataError(f"No model of the report has values of {name!r}.")
    low, high = _limits([(i.low, i.high) for _, i in rows])
    height = _TOP + _ROW * len(rows) + 44

    def x(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    bottom = _TOP + _ROW * len(rows)
    title = escape(f"{report.title}: {name}")
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" font-family="sans-serif" font-size="13">'
        ),
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(16, 26, title, _INK, size=15),
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{WIDTH - _RIGHT}" y2="{bottom}" stroke="{_MUTED}"/>',
    ]
    for step in range(5):
        value = low + (high - low) * step / 4
        parts.append(_text(x(value), bottom + 20, f"{value:.3f}", _MUTED, anchor="middle"))
    for model, interval in rows:
        if model == report.baseline:
            at = f"{x(interval.mean):.1f}"
            parts.append(
                f'<line x1="{at}" y1="{_TOP - 8}" x2="{at}" y2="{bottom}" stroke="{_MUTED}" '
                'stroke-dasharray="4 4"/>'
            )
    for place, (model, interval) in enumerate(rows):
        y = _TOP + _ROW * place + _ROW // 2
        parts += [
            _text(_LEFT - 12, y + 4, escape(_shorten(model)), _INK, anchor="end"),
            (
                f'<line x1="{x(interval.low):.1f}" y1="{y}" x2="{x(interval.high):.1f}" y2="{y}" '
                f'stroke="{_ACCENT}" stroke-width="2"/>'
            ),
            f'<circle cx="{x(interval.mean):.1f}" cy="{y}" r="5" fill="{_ACCENT}"/>',
            _text(WIDTH - _RIGHT + 14, y + 4, f"{interval.mean:.4f}", _INK),
        ]
    return "\n".join([*parts, "</svg>", ""])


def write_report(report: Report, folder: Path, *, columns: Sequence[str] = METRICS) -> None:
    """`report.md`, `report.json` and `report.svg` in `folder`, made if absent."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(to_markdown(report, columns=columns), encoding="utf-8")
    (folder / "report.json").write_text(to_json(report), encoding="utf-8")
    (folder / "report.svg").write_text(to_svg(report), encoding="utf-8")


def _limits(bounds: list[tuple[float, float]]) -> tuple[float, float]:
    """The span of all whiskers and a twentieth more; never empty."""
    low, high = min(each[0] for each in bounds), max(each[1] for each in bounds)
    margin = (high - low) / 20 or 0.01
    return low - margin, high + margin


def _text(
    x: float, y: float, content: str, fill: str, *, anchor: str = "start", size: int = 13
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{fill}" text-anchor="{anchor}" '
        f'font-size="{size}">{content}</text>'
    )


def _shorten(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"
