"""Triplets drawn by torch: the distribution of the NumPy sampler, seeds, devices, reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pytest
import torch
from scipy.stats import chi2_contingency

from artrec.sampling import (
    Histories,
    Mode,
    SamplingConfig,
    Strategy,
    Triplets,
    TripletSampler,
    World,
    format_report,
)
from artrec.sampling.on_device import DeviceSampler, on_host, take
from tests.artrec.sampling.drawing import DEVICES, dice, with_numpy, with_torch
from tests.artrec.sampling.worlds import random_world, rows

MODES: Sequence[Mode] = ("paper", "reference", "icdm", "random")
ICDM = dict.fromkeys((Strategy(4), Strategy(5), Strategy(7), Strategy(8)), 0.25)
SETTINGS = {
    "paper": SamplingConfig(),
    "paper, some positives hidden": SamplingConfig(hide_positive=0.4),
    "paper with hard negatives": SamplingConfig(hard_ratio=0.5),
    "reference": SamplingConfig(mode="reference"),
    "icdm": SamplingConfig(mode="icdm", shares=ICDM),
    "random": SamplingConfig(mode="random"),
}


def sampler_of(mode: Mode, device: str = "cpu", seed: int = 5) -> DeviceSampler:
    world, histories = random_world(seed, n_items=300, n_users=40)
    config = SamplingConfig(mode=mode)
    return DeviceSampler(TripletSampler(world, histories, config), torch.device(device))


def unlikeliness(first: Triplets, second: Triplets) -> float:
    """Probability that two samples of one distribution differ so much (chi-square)."""
    mine, other = Counter(rows(first)), Counter(rows(second))
    table = np.array([[mine[each], other[each]] for each in mine | other])
    rare = table.sum(axis=1) < 20
    pooled = np.vstack((table[~rare], table[rare].sum(axis=0)))
    return float(chi2_contingency(pooled[pooled.sum(axis=1) > 0]).pvalue)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("config", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("seed", [1, 7])  # worlds that serve every strategy
def test_every_triplet_is_as_likely_as_with_numpy(
    device: str, config: SamplingConfig, seed: int
) -> None:
    world, histories = random_world(seed, n_items=8, n_users=4)

    ours = with_torch(device)(world, histories, config, 120_000, 1)
    theirs = with_numpy(world, histories, config, 120_000, 1)

    assert unlikeliness(ours, theirs) > 1e-3


def test_a_distribution_that_is_a_little_off_would_be_noticed() -> None:
    world, histories = random_world(1, n_items=8, n_users=4)
    off = SamplingConfig(hard_ratio=0.15)

    ours = with_torch("cpu")(world, histories, off, 120_000, 1)
    theirs = with_numpy(world, histories, SamplingConfig(), 120_000, 1)

    assert unlikeliness(ours, theirs) < 1e-6


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("mode", MODES)
def test_the_state_of_the_generator_is_all_one_needs_to_go_on(device: str, mode: Mode) -> None:
    unbroken, generator = sampler_of(mode, device), dice(3, device)
    unbroken.draw(700, generator)
    state = generator.get_state()
    expected = on_host(unbroken.draw(700, generator))

    again = torch.Generator(device)
    again.set_state(state)
    resumed = on_host(sampler_of(mode, device).draw(700, again))

    for field in fields(expected):
        np.testing.assert_array_equal(getattr(resumed, field.name), getattr(expected, field.name))


@pytest.mark.parametrize("mode", MODES)
def test_everything_is_made_on_the_device_of_the_sampler(mode: Mode) -> None:
    # Whatever forgets to say its device is made on this one, and cannot be used with the rest.
    with torch.device("meta"):
        sampler = sampler_of(mode)
        drawn = sampler.draw(2_000, dice(0))
        more = sampler.unchosen(drawn.user, 3, dice(0))

    assert len(drawn) > 1_000
    assert more.device.type == "cpu"
    assert all(getattr(drawn, each.name).device.type == "cpu" for each in fields(drawn))


@pytest.mark.parametrize("mode", MODES)
def test_no_number_but_those_of_the_generator_is_used(mode: Mode) -> None:
    before = torch.random.get_rng_state()

    sampler_of(mode).draw(500, dice(0))

    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("mode", MODES)
def test_the_report_counts_what_was_asked_and_drawn(mode: Mode) -> None:
    sampler = sampler_of(mode)
    generator = dice(1)

    drawn = [sampler.draw(n, generator) for n in (0, 1, 7, 1_001)]

    reports = sampler.report()
    counts = Counter(int(each) for block in drawn for each in block.strategy)
    assert sum(row.asked for row in reports) == 1_009
    assert {int(row.strategy): row.drawn for row in reports} == {
        int(row.strategy): counts[int(row.strategy)] for row in reports
    }
    assert all(abs(row.asked - 1_009 / len(reports)) < 4 for row in reports)


def test_what_cannot_be_drawn_is_given_up_after_the_last_try() -> None:
    alike = World(4, clusters=np.zeros(4, np.int32), vectors=np.ones((4, 2), np.float32))
    histories = Histories(np.array([0, 1]), np.zeros(1, np.int32))
    config = SamplingConfig(shares={Strategy.ONE_ITEM: 1.0}, max_tries=7)
    sampler = DeviceSampler(TripletSampler(alike, histories, config), torch.device("cpu"))

    drawn = sampler.draw(30, dice(0))

    (report,) = sampler.report()
    assert len(drawn) == 0
    assert (report.asked, report.drawn, report.turned_down) == (30, 0, 30 * 7)


@pytest.mark.parametrize("items", [[], [0, 1, 2, 3]], ids=["nobody chose", "all was chosen"])
@pytest.mark.parametrize("mode", ["paper", "random"])
def test_a_world_that_serves_nobody_gives_nothing_and_says_so(mode: Mode, items: list[int]) -> None:
    histories = Histories(np.array([0, len(items)]), np.array(items, np.int32))
    shares = {Strategy.PROFILE_ITEMS: 1.0}
    host = TripletSampler(World(4), histories, SamplingConfig(mode=mode, shares=shares))
    sampler = DeviceSampler(host, torch.device("cpu"))

    drawn = sampler.draw(30, dice(0))

    assert len(on_host(drawn)) == 0
    assert "none of the users" in format_report(sampler.report())


def test_without_clusters_the_paper_draws_what_needs_none() -> None:
    histories = Histories(np.array([0, 2, 3]), np.array([0, 1, 3], np.int32))
    sampler = DeviceSampler(TripletSampler(World(10), histories), torch.device("cpu"))

    drawn = sampler.draw(600, dice(0))

    assert set(drawn.strategy.tolist()) == {4, 5}


@pytest.mark.parametrize("seed", range(4))
def test_further_negatives_are_all_that_a_user_has_not_chosen(seed: int) -> None:
    world, histories = random_world(seed, n_items=30)
    sampler = DeviceSampler(TripletSampler(world, histories), torch.device("cpu"))
    users = torch.tensor([-1, *range(histories.n_users)])

    drawn = sampler.unchosen(users, 2_000, dice(seed))

    for user, negatives in zip(users.tolist(), drawn.tolist(), strict=True):
        begin, end = (0, 0) if user < 0 else histories.indptr[user : user + 2]
        assert set(negatives) == set(range(30)) - set(histories.items[begin:end].tolist())


def test_taking_a_slice_of_a_block_copies_nothing() -> None:
    drawn = sampler_of("paper").draw(500, dice(0))

    batch = take(drawn, slice(100, 228))

    assert len(batch) == 128
    assert batch.start.data_ptr() == drawn.start[100:].data_ptr()
    assert batch.pool is drawn.pool
