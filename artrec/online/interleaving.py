"""Two rankings in one list, and whose works were chosen from it.

An interleaved list asks everybody about both rankings at once, so it needs far fewer visitors than
an A/B test to tell which is liked better; it cannot tell by how much a page gains.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Literal, NamedTuple, TypeVar

import numpy as np

Item = TypeVar("Item", bound=Hashable)
Team = Literal["a", "b", ""]


class Credit(NamedTuple):
    """How many chosen entries each team had brought."""

    a: int
    b: int


def team_draft(
    first: Sequence[Item], second: Sequence[Item], *, limit: int, rng: np.random.Generator
) -> list[tuple[Item, Team]]:
    """Let two captains choose in turn from their rankings; a coin says who begins each round.

    Radlinski, Kurup & Joachims, "How does clickthrough data reflect retrieval quality?", CIKM
    2008, https://doi.org/10.1145/1458082.1458092, algorithm 2. Where one ranking has nothing left
    the draft ends, as in the paper; what the other still has follows without a team, so that the
    list is as long as it can be and earns nobody credit.

    Args:
        first: Team "a"'s ranking, best first, nothing twice.
        second: Team "b"'s.
        limit: Most entries, 0 or more.
        rng: The coin.

    Returns:
        Entries with their teams, no entry twice.

    Raises:
        ValueError: If a ranking names an entry twice or the limit is below 0.
    """
    for name, ranking in (("first", first), ("second", second)):
        if len(set(ranking)) < len(ranking):
            raise ValueError(f"The {name} ranking names an entry twice.")
    if limit < 0:
        raise ValueError(f"limit must be 0 or more; it is {limit}.")
    drafted: dict[Item, Team] = {}
    picked = {"a": 0, "b": 0}
    while len(drafted) < limit:
        best_a = next((item for item in first if item not in drafted), None)
        best_b = next((item for item in second if item not in drafted), None)
        if best_a is None or best_b is None:
            break
        lead = picked["a"] - picked["b"]
        turn: Team = "a" if lead < 0 or (lead == 0 and rng.random() < 0.5) else "b"
        drafted[best_a if turn == "a" else best_b] = turn
        picked[turn] += 1
    for item in (*first, *second):
        if len(drafted) >= limit:
            break
        drafted.setdefault(item, "")
    return list(drafted.items())


def credit(draft: Iterable[tuple[Item, Team]], chosen: Collection[Item]) -> Credit:
    """Count the chosen entries of each team; the team with more has won the list."""
    teams = [team for item, team in draft if item in chosen]
    return Credit(teams.count("a"), teams.count("b"))
