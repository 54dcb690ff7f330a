"""How often each strategy could not be satisfied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from artrec.sampling.config import Strategy
from artrec.sampling.plans import Plan
from artrec.sampling.world import Ints

Counts = Mapping[Strategy, Ints]
"""By strategy (3,): triplets asked for, triplets drawn, proposals turned down."""


@dataclass(frozen=True)
class StrategyReport:
    """Counts over all draws of one sampler."""

    strategy: Strategy
    asked: int
    """Triplets the shares called for."""
    drawn: int
    """Triplets delivered; `asked - drawn` are short."""
    turned_down: int
    """Proposals that broke a condition, most of which were replaced by a second try."""
    served: int
    """Users or items that can be a source."""
    sources: int
    """Users or items there are."""
    kind: str
    """What a source is: users or items."""
    need: str
    """What a source must have."""


def no_counts(plans: Sequence[Plan]) -> Counts:
    """Nothing drawn yet."""
    return {plan.strategy: np.zeros(3, dtype=np.int64) for plan in plans}


def reports_of(plans: Sequence[Plan], counts: Counts) -> list[StrategyReport]:
    """What was counted, one entry per plan."""
    reports = []
    for plan in plans:
        asked, drawn, turned_down = (int(count) for count in counts[plan.strategy])
        reports.append(
            StrategyReport(
                strategy=plan.strategy,
                asked=asked,
                drawn=drawn,
                turned_down=turned_down,
                served=len(plan.sources),
                sources=plan.n_sources,
                kind="users" if plan.of_users else "items",
                need=plan.need,
            )
        )
    return reports


def format_report(reports: Sequence[StrategyReport]) -> str:
    """A Markdown table, one row per strategy, and a sentence for each that fell short."""
    lines = [
        "| strategy | asked | drawn | short | turned down per triplet | can serve |",
        "|---|---:|---:|---:|---:|---|",
    ]
    notes = []
    for row in reports:
        short = row.asked - row.drawn
        share = short / row.asked if row.asked else 0.0
        name = f"{int(row.strategy)} {row.strategy.name.lower().replace('_', ' ')}"
        lines.append(
            f"| {name} | {row.asked} | {row.drawn} | {share:.2%} "
            f"| {row.turned_down / max(row.drawn, 1):.3f} "
            f"| {row.served} of {row.sources} {row.kind} |"
        )
        if row.served == 0:
            notes.append(f"Strategy {name}: none of the {row.kind} has {row.need}.")
        elif short:
            notes.append(
                f"Strategy {name}: {short} triplets were given up after the last try, though "
                f"{row.served} {row.kind} have {row.need}."
            )
    return "\n".join([*lines, *([""] if notes else []), *notes])
