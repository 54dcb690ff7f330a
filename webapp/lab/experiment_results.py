"""What an experiment says so far: sums over visitors by one query, rates and intervals from them.

A choice counts for the list it came from, if that list showed that work to that visitor, and is
not taken back. Of an A/B test, rates are choices per hundred works shown. Of an interleaved one,
each list is won by the team of which more works were chosen; a preference is the share of decided
lists that A won less that which B won.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.db import connection

from artrec.online import sample_ratio, sequential
from artrec.online.sample_ratio import SampleRatio
from artrec.online.sequential import Estimate, Interval, Totals
from webapp.feed.models import Experiment
from webapp.lab import experiment_sql

MARGIN: Final = timedelta(days=1)
"""Clocks differ; older partitions need not be read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something visitors do with a work they are shown."""

    key: str
    title: str
    about: str
    scale: float
    """What difference between two rates one hopes to find; see `sequential.interval`."""


CHOICES: Final = (
    Choice("clicks", "Clicks", "Works opened, liked, saved or bought.", 0.01),
    Choice("likes", "Likes", "Works liked.", 0.005),
    Choice("saves", "Saves", "Works saved.", 0.005),
    Choice("purchases", "Purchases", "Works bought.", 0.002),
)
PREFERENCE: Final = 0.2
"""The same of a preference, which goes from -1 to 1."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of choice on both sides."""

    choice: Choice
    counts: tuple[int, int]
    """Chosen works of A and B; of an interleaved list, lists won."""
    rates: tuple[Estimate, Estimate] | None
    """Of an A/B test."""
    difference: Estimate
    """A less B, or the preference for A."""
    interval: Interval
    """Of the difference; holds however often one looks."""
    p_value: float
    """The same."""

    @property
    def winner(self) -> Literal["a", "b", ""]:
        """The side that is better for sure, if one is."""
        if not self.interval.excludes_zero:
            return ""
        return "a" if self.difference.value > 0 else "b"


@dataclass(frozen=True, slots=True)
class Results:
    """All that is known so far."""

    visitors: int
    lists: int
    shown: int
    ratio: SampleRatio
    """Of visitors on each side; of interleaved lists, of those that either team began."""
    measures: tuple[Measure, ...]


def results(experiment: Experiment) -> Results:
    """Return what an experiment says so far. One query, none before it is started."""
    together = experiment.kind == Experiment.Kind.INTERLEAVING
    if experiment.started is None:
        return Results(0, 0, 0, sample_ratio.check(0, 0), ())
    params: dict[str, int | datetime] = {
        "experiment": experiment.pk,
        "since": experiment.started - MARGIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(experiment_sql.INTERLEAVED if together else experiment_sql.SPLIT, params)
        columns = [column.name for column in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return _interleaved(rows[0]) if together else _split({row["variant"]: row for row in rows})


def _split(rows: dict[str, dict[str, Any]]) -> Results:
    sides = [rows.get(side) or {} for side in ("a", "b")]
    counts = [int(side.get("visitors") or 0) for side in sides]
    measures = []
    for choice in CHOICES:
        first, second = (sequential.ratio(_totals(side, choice.key, side)) for side in sides)
        chosen = [int(side.get(f"{choice.key}_y") or 0) for side in sides]
        measures.append(
            _measure(
                choice,
                (chosen[0], chosen[1]),
                (first, second),
                sequential.difference(first, second),
                choice.scale,
            )
        )
    return Results(
        visitors=sum(counts),
        lists=sum(int(side.get("lists") or 0) for side in sides),
        shown=sum(int(side.get("x") or 0) for side in sides),
        ratio=sample_ratio.check(*counts),
        measures=tuple(measures),
    )


def _interleaved(row: dict[str, Any]) -> Results:
    measures = []
    for choice in CHOICES:
        totals = _totals(row, choice.key, {k.removeprefix(f"{choice.key}_"): row[k] for k in row})
        preference = sequential.ratio(totals)
        won = round((totals.x + totals.y) / 2)
        counts = (won, round(totals.x) - won)
        measures.append(_measure(choice, counts, None, preference, PREFERENCE))
    return Results(
        visitors=int(row["visitors"]),
        lists=int(row["lists"]),
        shown=int(row["shown"]),
        ratio=sample_ratio.check(int(row["began_a"]), int(row["began_b"])),
        measures=tuple(measures),
    )


def _measure(
    choice: Choice,
    counts: tuple[int, int],
    rates: tuple[Estimate, Estimate] | None,
    difference: Estimate,
    scale: float,
) -> Measure:
    evidence = sequential.evidence(difference, scale=scale)
    return Measure(
        choice=choice,
        counts=counts,
        rates=rates,
        difference=difference,
        interval=sequential.interval(difference, scale=scale),
        p_value=min(1.0, 1 / evidence) if evidence else 1.0,
    )


def _totals(row: dict[str, Any], key: str, over: dict[str, Any]) -> Totals:
    """Sums of what was chosen (y) and of what it is divided by (x)."""
    return Totals(
        units=int(over.get("visitors") or 0),
        y=float(row.get(f"{key}_y") or 0),
        x=float(over.get("x") or 0),
        yy=float(row.get(f"{key}_yy") or 0),
        xx=float(over.get("xx") or 0),
        xy=float(row.get(f"{key}_xy") or 0),
    )
