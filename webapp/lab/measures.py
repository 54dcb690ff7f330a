"""The figures of a report in words, on common axes, and whether a difference is more than chance.

Nothing is measured here: `workers.reports` wrote down means, intervals and tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.lab import charts
from webapp.lab.catalogue import NEXT, TASTE, VISITS

MAIN: Final = "auc"
SIGNIFICANT: Final = 0.05
_FLOOR: Final = frozenset({"popularity", "random"})

RowOf = Mapping[str, Any]
"""A row of `Version.report["rows"]`: "intervals" and "figures" by measure."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a report, and how to read it."""

    key: str
    title: str
    about: str
    lower: bool = False
    """Whether less is better."""


MEASURES: Final = (
    Measure(MAIN, "AUC", "How often a chosen work stands before another: 0.5 is chance, 1 all."),
    Measure("ndcg@20", "nDCG@20", "Chosen works among the first 20 places; earlier counts more."),
    Measure("recall@20", "Recall@20", "Share of the chosen works among the first 20 places."),
    Measure("next_recall@20", "Recall@20", "Share of the next looks among the first 20 places."),
    Measure("next_mrr@20", "MRR@20", "How near the top the next look stands: 1 over its place."),
    Measure(
        "published_recall@20",
        "Recall@20, as published",
        "The same for next looks that may be works of the visit so far.",
    ),
    Measure(
        "published_mrr@20",
        "MRR@20, as published",
        "How near the top next looks stand that may be works of the visit so far.",
    ),
    Measure("auc_new_works", "AUC, new works", "Only works that nobody had chosen in training."),
    Measure("auc_newcomers", "AUC, newcomers", "Only visitors with fewer than five choices."),
    Measure("auc_rare", "AUC, rare works", "Only works chosen fewer than five times in training."),
    Measure(
        "coverage@20", "Coverage@20", "Share of all works that somebody is shown in 20 places."
    ),
    Measure("gini@20", "Gini@20", "How unequally works are shown: 0 is all alike.", lower=True),
    Measure("novelty@20", "Novelty@20", "Mean surprise of the works shown, in bits."),
    Measure("diversity@20", "Diversity@20", "How unlike each other the works of a list look."),
    Measure("artist_diversity@20", "Artists@20", "Different artists over places of a list."),
)
_BY_KEY: Final = {each.key: each for each in MEASURES}


def _named(*keys: str) -> tuple[Measure, ...]:
    return tuple(_BY_KEY[key] for key in keys)


_STEPS: Final = _named("next_recall@20", "next_mrr@20", "coverage@20")
BOARDS: Final = {
    TASTE: _named(MAIN, "ndcg@20", "recall@20", "auc_new_works", "coverage@20", "diversity@20"),
    VISITS: _STEPS,
    NEXT: _STEPS,
}
"""What the leaderboard of a purpose shows; by the first one versions are sorted and compared."""
GROUPS: Final = (
    ("Accuracy", _named(MAIN, "ndcg@20", "recall@20")),
    (
        "The next look",
        _named("next_recall@20", "next_mrr@20", "published_recall@20", "published_mrr@20"),
    ),
    ("Cold starts", tuple(each for each in MEASURES if each.key.startswith("auc_"))),
    (
        "Beyond accuracy",
        _named("coverage@20", "gini@20", "novelty@20", "diversity@20", "artist_diversity@20"),
    ),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A mean with its interval on the axis of its column; figures of a whole have no interval."""

    measure: Measure
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    bar: charts.Bar | None = None


Plots = tuple[str, list[tuple[Measure, list[tuple[str, Cell]]]]]
"""A group's title, its measures, and for each the models by name."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two models on the same visitors, first minus second."""

    measure: Measure
    difference: float
    low: float
    high: float
    p_value: float
    mean: float
    rival: float
    bar: charts.Bar

    @property
    def verdict(self) -> str:
        """What it says of the first."""
        return verdict(self.difference, self.p_value)


def verdict(difference: float, p_value: float) -> str:
    """ "better", "worse" or "within chance"."""
    if p_value >= SIGNIFICANT:
        return "within chance"
    return "better" if difference > 0 else "worse"


def cells(rows: Sequence[RowOf], measures: Sequence[Measure]) -> list[list[Cell]]:
    """For each row one cell per measure; those of a measure share an axis.

    Beside VisRank it does not reach down to Random and Popularity, or all others would look the
    same on it.
    """
    floor = _FLOOR if any(row["key"] == "visrank" for row in rows) else frozenset()
    inside = [row for row in rows if row["key"] not in floor]
    axes = {
        each.key: charts.axis(edge for row in inside for edge in _interval(row, each.key)[1:])
        for each in measures
    }
    return [[_cell(row, each, axes[each.key]) for each in measures] for row in rows]


def plots(rows: Sequence[RowOf]) -> list[Plots]:
    """By group of measures, each measure with the models of `rows` that have it, by name."""
    found = []
    for title, group in GROUPS:
        drawn = cells(rows, group)
        lines = [
            (each, [(row["name"], line[n]) for row, line in zip(rows, drawn, strict=True)])
            for n, each in enumerate(group)
        ]
        known = [(each, [pair for pair in line if pair[1].bar]) for each, line in lines]
        found.append((title, [(each, line) for each, line in known if line]))
    return [(title, lines) for title, lines in found if lines]


def differences(found: Mapping[str, Any] | None) -> list[Difference]:
    """Every measure that `workers.gate.against` tested, on one axis around 0."""
    metrics: Mapping[str, Any] = found["metrics"] if found else {}
    known = [each for each in MEASURES if each.key in metrics]
    edges = (metrics[each.key][side] for each in known for side in ("low", "high"))
    axis = charts.axis(edges, around=0.0)
    return [_difference(each, metrics[each.key], axis) for each in known]


def turned(found: Mapping[str, Any]) -> dict[str, Any]:
    """What `workers.gate.against` found, seen from the other model."""
    metrics = {
        name: {
            **values,
            "difference": -values["difference"],
            "low": -values["high"],
            "high": -values["low"],
            "mean": values["rival"],
            "rival": values["mean"],
        }
        for name, values in found["metrics"].items()
    }
    return {**found, "metrics": metrics, "coverage": found["coverage"][::-1]}


def _difference(measure: Measure, values: Mapping[str, float], axis: charts.Axis) -> Difference:
    middle, low, high = values["difference"], values["low"], values["high"]
    return Difference(
        measure,
        middle,
        low,
        high,
        values["p_value"],
        values["mean"],
        values["rival"],
        charts.bar(axis, middle, low, high),
    )


def _cell(row: RowOf, measure: Measure, axis: charts.Axis) -> Cell:
    found = _interval(row, measure.key)
    if not found:
        return Cell(measure)
    mean, low, high = found
    return Cell(measure, mean, low, high, charts.bar(axis, mean, low, high))


def _interval(row: RowOf, key: str) -> list[float]:
    """Mean, low and high; a figure of a whole is its own interval; nothing where there is none."""
    if key in row["figures"]:
        return [row["figures"][key]] * 3
    interval = row["intervals"].get(key)
    return [interval[part] for part in ("mean", "low", "high")] if interval else []


def best_first(values: Iterable[tuple[float | None, int]], *, lower: bool) -> list[int]:
    """Places in the order of their values, best first; those without one come last."""
    known = [(-value if lower else value, place) for value, place in values if value is not None]
    known.sort(key=lambda pair: (-pair[0], pair[1]))
    unknown = [place for value, place in values if value is None]
    return [place for _, place in known] + unknown
