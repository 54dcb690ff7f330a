from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from artrec.errors import ConfigError, ShapeError
from artrec.sampling import (
    Histories,
    Mode,
    SamplingConfig,
    Strategy,
    TripletSampler,
    World,
    format_report,
)
from tests.artrec.sampling.worlds import random_world

MODES = ["paper", "reference", "icdm", "random"]


def histories_of(*users: list[int]) -> Histories:
    indptr = np.concatenate(([0], np.cumsum([len(user) for user in users])))
    return Histories(indptr.astype(np.int64), np.array(list(chain(*users)), dtype=np.int32))


def plain_world(n_items: int, artist: int = 0) -> World:
    """One cluster, one artist, all pictures the same."""
    return World(
        n_items,
        artists=np.full(n_items, artist, dtype=np.int32),
        clusters=np.zeros(n_items, dtype=np.int32),
        vectors=np.ones((n_items, 2), dtype=np.float32),
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("world", "histories"),
    [
        (plain_world(0), histories_of()),
        (plain_world(1), histories_of([0])),
        (plain_world(4), histories_of()),
        (plain_world(4), histories_of([], [])),
        (plain_world(4), histories_of([0, 1, 2, 3])),
        (plain_world(4, artist=-1), histories_of([0, 1], [2])),
    ],
    ids=["no items", "one item", "no users", "empty histories", "all owned", "all alike"],
)
def test_an_impossible_world_ends_with_a_report(
    mode: Mode, world: World, histories: Histories
) -> None:
    sampler = TripletSampler(world, histories, SamplingConfig(mode=mode))

    drawn = sampler.draw(120, np.random.default_rng(0))

    reports = sampler.report()
    assert sum(row.asked for row in reports) == 120
    assert sum(row.drawn for row in reports) == len(drawn)
    if mode != "random" or histories.n_users == 0:
        assert len(drawn) == 0


def test_pictures_that_look_the_same_are_never_opposed_however_hard_one_tries() -> None:
    config = SamplingConfig(shares={Strategy.ONE_ITEM: 1.0}, max_tries=7)
    sampler = TripletSampler(plain_world(4), histories_of([0]), config)

    drawn = sampler.draw(30, np.random.default_rng(0))

    (report,) = sampler.report()
    assert len(drawn) == 0
    assert (report.asked, report.drawn, report.turned_down) == (30, 0, 30 * 7)


def test_near_duplicates_are_let_through_when_told_so() -> None:
    config = SamplingConfig(shares={Strategy.ONE_ITEM: 1.0}, near_duplicates=False)
    sampler = TripletSampler(plain_world(4), histories_of([0]), config)

    assert len(sampler.draw(30, np.random.default_rng(0))) == 30


def test_the_report_says_who_can_be_served_and_why_others_cannot() -> None:
    world, _ = random_world(0)
    sampler = TripletSampler(world, histories_of([0], [3]))

    sampler.draw(60, np.random.default_rng(0))

    text = format_report(sampler.report())
    assert "| 2 next basket | 10 | 0 | 100.00% | 0.000 | 0 of 2 users |" in text
    assert "Strategy 1 missing in basket: none of the users has a basket of two works" in text


def test_without_clusters_the_paper_draws_what_needs_none() -> None:
    sampler = TripletSampler(World(10), histories_of([0, 1], [3]))

    drawn = sampler.draw(600, np.random.default_rng(0))

    assert set(drawn.strategy.tolist()) == {4, 5}
    assert "a world with visual clusters" in format_report(sampler.report())


@pytest.mark.parametrize("mode", ["reference", "icdm"])
def test_modes_that_compare_pictures_say_what_the_world_lacks(mode: Mode) -> None:
    config = SamplingConfig(mode=mode)

    with pytest.raises(ShapeError, match="visual cluster for each item"):
        TripletSampler(World(10), histories_of([0]), config)
    with pytest.raises(ShapeError, match="vectors"):
        TripletSampler(World(2, clusters=np.zeros(2, np.int32)), histories_of([0]), config)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mode": "tf"}, "'tf' is unknown; choose one of paper, reference"),
        ({"hard_ratio": 1.2}, "hard_ratio is a probability"),
        ({"max_tries": 0}, "max_tries must be at least 1"),
        ({"shares": {Strategy.ONE_ITEM: 0.5}}, "sum to 0.5"),
        ({"shares": {Strategy.HYBRID_PROFILE: 1.0}}, "Mode paper has no strategy"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SamplingConfig(**changes)  # type: ignore[arg-type]


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match="clusters has 3 rows for 4 items"):
        World(4, clusters=np.zeros(3, dtype=np.int32))
    with pytest.raises(ShapeError, match="Item 1 has no cluster"):
        World(2, clusters=np.array([0, -1], dtype=np.int32))
    with pytest.raises(ShapeError, match="indptr must rise"):
        Histories(np.array([0, 3]), np.zeros(2, dtype=np.int32))
    with pytest.raises(ShapeError, match="names item 9; the world ends at 3"):
        TripletSampler(plain_world(4), histories_of([9]))
