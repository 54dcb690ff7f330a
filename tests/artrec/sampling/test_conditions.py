from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from artrec.sampling import (
    GUIDELINES,
    Histories,
    Mode,
    SamplingConfig,
    Strategy,
    World,
)
from tests.artrec.sampling.drawing import Draw
from tests.artrec.sampling.worlds import Oracle, random_world, rows

SEEDS = range(12)


@pytest.mark.parametrize("mode", ["paper", "reference"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_guidelines_draw_what_they_allow_and_nothing_else(
    draw: Draw, mode: Mode, seed: int
) -> None:
    world, histories = random_world(seed)
    oracle = Oracle(world, histories)
    allowed = {strategy: oracle.allowed(strategy, mode) for strategy in GUIDELINES}

    drawn = set(rows(draw(world, histories, SamplingConfig(mode=mode), 60_000, seed)))

    assert drawn <= {(strategy, triple) for strategy in GUIDELINES for triple in allowed[strategy]}
    missing = {
        strategy: len(allowed[strategy]) - sum(found == strategy for found, _ in drawn)
        for strategy in GUIDELINES
    }
    assert not any(missing.values()), missing


@pytest.mark.parametrize("seed", SEEDS)
def test_random_mode_draws_all_of_bpr_over_short_profiles(draw: Draw, seed: int) -> None:
    world, histories = random_world(seed)

    drawn = set(rows(draw(world, histories, SamplingConfig(mode="random"), 20_000, seed)))

    allowed = Oracle(world, histories).allowed(Strategy.PROFILE_ITEMS, "random")
    assert drawn == {(Strategy.PROFILE_ITEMS, triple) for triple in allowed}


def test_random_mode_keeps_the_last_ten_items_up_to_the_positive(draw: Draw) -> None:
    histories = Histories(np.array([0, 15]), np.arange(15, dtype=np.int32))

    drawn = draw(World(20), histories, SamplingConfig(mode="random"), 2_000, 0)

    by_positive = {positive: profile for _, (_, profile, positive, _) in rows(drawn)}
    assert by_positive == {i: tuple(range(max(0, i - 9), i + 1)) for i in range(15)}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hybrid_scorer_agrees_with_every_triplet_of_icdm_mode(draw: Draw, seed: int) -> None:
    world, histories = random_world(seed)
    oracle = Oracle(world, histories)
    shares = dict.fromkeys((Strategy(4), Strategy(5), Strategy(7), Strategy(8)), 0.25)
    config = SamplingConfig(mode="icdm", shares=shares, profile_cap=3)

    drawn = list(rows(draw(world, histories, config, 2_000, seed)))

    assert {strategy for strategy, _ in drawn} == set(shares)
    for strategy, (user, profile, positive, negative) in drawn:
        gap = oracle.score(profile, positive) - oracle.score(profile, negative)
        history = oracle.history[user] if user >= 0 else list(profile)
        assert not oracle.same(positive, negative)
        assert positive != negative
        assert negative not in history
        if strategy == Strategy.PROFILE_ITEMS:
            assert profile[-1] == positive
            assert len(profile) <= 3
            assert gap > -1e-6
        elif strategy == Strategy.ONE_ITEM:
            assert profile == (positive,)
        elif strategy == Strategy.HYBRID_PROFILE:
            assert positive not in history
            assert profile == tuple(history[-3:])
            assert gap > 0.18 / len(history) - 1e-6
        else:
            assert positive not in history
            assert gap > 0.18 - 1e-6


def test_hard_negatives_come_from_the_cluster_of_the_positive_as_often_as_asked(draw: Draw) -> None:
    n_items, n_clusters = 4_000, 40
    world = World(n_items, clusters=np.arange(n_items, dtype=np.int32) % n_clusters)
    histories = Histories(np.array([0, 3]), np.array([5, 77, 901], dtype=np.int32))
    config = SamplingConfig(
        mode="paper", hard_ratio=0.6, shares={Strategy(4): 0.5, Strategy(5): 0.5}
    )

    drawn = draw(world, histories, config, 40_000, 3)

    for strategy in (4, 5):
        of = drawn.strategy == strategy
        hard = drawn.positive[of] % n_clusters == drawn.negative[of] % n_clusters
        assert hard.mean() == pytest.approx(0.6 + 0.4 / n_clusters, abs=0.02)


def test_reference_negatives_take_each_cluster_alike_and_paper_negatives_each_item(
    draw: Draw,
) -> None:
    clusters = np.array([0] + [1] * 9 + [2] * 90, dtype=np.int32)  # the user knows cluster 0
    world = World(101, clusters=np.append(clusters, 0).astype(np.int32))
    histories = Histories(np.array([0, 2]), np.array([0, 100], dtype=np.int32))
    shares = {Strategy.NEXT_BASKET: 1.0}

    modes: tuple[Mode, ...] = ("paper", "reference")
    found = {}
    for mode in modes:
        config = SamplingConfig(mode=mode, shares=shares)
        negatives = draw(world, histories, config, 20_000, 1).negative
        found[mode] = Counter(clusters[negatives].tolist())[1] / 20_000

    assert found["paper"] == pytest.approx(9 / 99, abs=0.01)
    assert found["reference"] == pytest.approx(0.5, abs=0.015)


def test_reference_favours_candidates_of_artists_with_few_works(draw: Draw) -> None:
    # The user knows artists 0 (2 works) and 1 (10 works); one candidate is 0's, nine are 1's.
    artists = np.array([0, 0] + [1] * 10 + [2] * 3, dtype=np.int32)
    clusters = np.array([0] * 12 + [1] * 3, dtype=np.int32)
    histories = Histories(np.array([0, 2]), np.array([0, 2], dtype=np.int32))
    shares = {Strategy.FAVOURITE_ARTISTS: 1.0}

    modes: tuple[Mode, ...] = ("paper", "reference")
    found = {}
    for mode in modes:
        world = World(15, artists=artists, clusters=clusters)
        config = SamplingConfig(mode=mode, shares=shares)
        found[mode] = np.mean(draw(world, histories, config, 20_000, 2).positive == 1)

    assert found["paper"] == pytest.approx(1 / 10, abs=0.01)
    assert found["reference"] == pytest.approx((1 / 2) / (1 / 2 + 9 / 10), abs=0.015)
