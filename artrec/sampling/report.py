"""How often each strategy could not be satisfied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from artrec.sampling.config import Strategy


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
