from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artrec.online.interleaving import Credit, credit, team_draft

RANKINGS = st.permutations(range(8)).map(lambda order: order[:6])


class Coin:
    """A generator whose tosses are known: "a" begins where it says so."""

    def __init__(self, *begins: str) -> None:
        self.tosses = iter(0.0 if side == "a" else 0.9 for side in begins)

    def random(self) -> float:
        return next(self.tosses)


def test_the_example_of_the_paper_comes_out() -> None:
    # Radlinski et al. 2008, table 1: A = (a b c d g h), B = (b e a f g h).
    coin = Coin("a", "b", "b")

    draft = team_draft("abcdgh", "beafgh", limit=6, rng=coin)  # type: ignore[arg-type]

    assert draft == [("a", "a"), ("b", "b"), ("e", "b"), ("c", "a"), ("f", "b"), ("d", "a")]


@given(RANKINGS, RANKINGS, st.integers(0, 8), st.integers(0, 1000))
def test_a_draft_is_fair_and_keeps_each_captain_s_order(
    first: list[int], second: list[int], limit: int, seed: int
) -> None:
    draft = team_draft(first, second, limit=limit, rng=np.random.default_rng(seed))

    items = [item for item, _ in draft]
    assert len(items) == len(set(items)) == min(limit, len({*first, *second}))
    teams = [team for _, team in draft]
    for place in range(0, len(teams) - 1, 2):
        if teams[place + 1]:
            assert {teams[place], teams[place + 1]} == {"a", "b"}
    for team, ranking in (("a", first), ("b", second)):
        places = [ranking.index(item) for item, side in draft if side == team]
        assert places == sorted(places)
    ended = [bool(team) for team, _ in groupby(teams, key=bool)]
    assert ended in ([], [True], [True, False], [False])


def test_each_side_begins_half_of_the_lists() -> None:
    rng = np.random.default_rng(0)

    begins = [team_draft([1, 2], [3, 4], limit=1, rng=rng)[0][1] for _ in range(4000)]

    assert begins.count("a") == pytest.approx(2000, abs=130)  # four deviations


def test_what_only_one_ranking_still_has_earns_nobody_credit() -> None:
    draft = team_draft([1], [1, 2, 3], limit=3, rng=np.random.default_rng(0))

    assert [item for item, _ in draft] == [1, 2, 3]
    assert [team for _, team in draft][1:] == ["", ""]


def test_credit_counts_the_chosen_entries_of_each_team() -> None:
    draft = [("w", "a"), ("x", "b"), ("y", "b"), ("z", "")]

    assert credit(draft, {"w", "x", "y", "z", "elsewhere"}) == Credit(1, 2)  # type: ignore[arg-type]


def test_equal_rankings_tie_on_average() -> None:
    rng = np.random.default_rng(3)
    wins = []
    for _ in range(2000):
        counted = credit(team_draft(range(10), range(10), limit=10, rng=rng), {0})
        wins.append(counted.a - counted.b)

    assert abs(sum(wins)) < 4 * np.sqrt(2000)


def test_a_ranking_that_repeats_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="second ranking names an entry twice"):
        team_draft([1], [2, 2], limit=2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="limit"):
        team_draft([1], [2], limit=-1, rng=np.random.default_rng(0))
