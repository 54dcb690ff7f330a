"""The simulated history keeps the rules of a gallery, and hides a taste that can be found."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from artrec.demo.collectors import Event, liking, make_tastes, simulate, traits
from artrec.demo.plan import DAYS, FIRST_DAY, Work, plan_works

SEED = 7


@pytest.fixture(scope="module")
def all_works() -> list[Work]:
    return plan_works(720, SEED, size=1200)


@pytest.fixture(scope="module")
def events(all_works: list[Work]) -> list[Event]:
    return list(simulate(all_works, SEED))


def test_the_history_is_long_enough_to_learn_from(events: list[Event]) -> None:
    baskets = defaultdict(set)
    for event in events:
        if event.kind == "purchase":
            baskets[event.collector].add(event.basket)

    assert len({e.collector for e in events}) >= 320
    assert sum(len(b) >= 2 for b in baskets.values()) >= 150
    assert sum(e.kind == "like" for e in events) > 4000


def test_same_seed_same_history(all_works: list[Work], events: list[Event]) -> None:
    assert list(simulate(all_works, SEED)) == events


def test_events_are_in_order_of_time_and_within_the_two_years(events: list[Event]) -> None:
    times = [e.time for e in events]

    assert times == sorted(times)
    assert times[0].date() >= FIRST_DAY
    assert (times[-1].date() - FIRST_DAY).days <= DAYS


def test_a_one_of_a_kind_work_is_sold_once_and_never_seen_again(
    all_works: list[Work], events: list[Event]
) -> None:
    single = {w.file for w in all_works if w.one_of_a_kind}
    sold: set[str] = set()

    for event in events:
        assert event.file not in sold, event
        if event.kind == "purchase" and event.file in single:
            sold.add(event.file)

    assert 100 < len(sold) < 0.7 * len(single)


def test_nothing_happens_to_a_work_before_it_is_added(
    all_works: list[Work], events: list[Event]
) -> None:
    added: dict[str, date] = {w.file: w.added for w in all_works}

    assert all(e.time.date() > added[e.file] for e in events)


def test_a_basket_has_one_collector_and_one_time_and_only_purchases(events: list[Event]) -> None:
    baskets: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        assert (event.kind == "purchase") == bool(event.basket)
        if event.basket:
            baskets[event.basket].append(event)

    for bought in baskets.values():
        assert len({(e.collector, e.time) for e in bought}) == 1
        assert len({e.file for e in bought}) == len(bought)
    assert any(len(b) > 1 for b in baskets.values())


def test_works_not_for_sale_are_not_bought(all_works: list[Work], events: list[Event]) -> None:
    kept = {w.file for w in all_works if w.price is None}

    assert kept
    assert not kept & {e.file for e in events if e.kind == "purchase"}


def test_nobody_likes_or_buys_what_they_have_not_opened(events: list[Event]) -> None:
    opened: set[tuple[str, str]] = set()

    for event in events:
        if event.kind == "view":
            opened.add((event.collector, event.file))
        assert (event.collector, event.file) in opened


def _mean_percentile(events: list[Event], works: list[Work], shuffled: bool) -> float:
    """Mean share of works a buyer likes less than what they bought; 0.5 is chance."""
    tastes = make_tastes(works, SEED)
    order = np.random.default_rng(0).permutation(len(tastes)) if shuffled else range(len(tastes))
    score = {t.name: liking(tastes[k], works) for t, k in zip(tastes, order, strict=True)}
    number = {w.file: i for i, w in enumerate(works)}
    shares = [
        (score[e.collector] < score[e.collector][number[e.file]]).mean()
        for e in events
        if e.kind == "purchase"
    ]
    return float(np.mean(shares))


def test_the_latent_taste_predicts_what_is_bought(
    all_works: list[Work], events: list[Event]
) -> None:
    assert _mean_percentile(events, all_works, shuffled=False) > 0.85


def test_somebody_elses_taste_predicts_little(all_works: list[Work], events: list[Event]) -> None:
    assert _mean_percentile(events, all_works, shuffled=True) < 0.65


def test_the_collaborative_signal_is_there(all_works: list[Work], events: list[Event]) -> None:
    # Two works one collector likes are nearer in the true parameters than two liked by anybody.
    z = traits(all_works)
    number = {w.file: i for i, w in enumerate(all_works)}
    liked: dict[str, list[int]] = defaultdict(list)
    for event in events:
        if event.kind == "like":
            liked[event.collector].append(number[event.file])
    rng = np.random.default_rng(0)
    everything = np.concatenate([np.array(v) for v in liked.values()])

    own = [np.linalg.norm(z[a] - z[b]) for v in liked.values() for a, b in pairwise(v)]
    other = [np.linalg.norm(z[a] - z[b]) for a, b in rng.choice(everything, (len(own), 2))]

    assert np.mean(own) < 0.92 * np.mean(other)


def test_collectors_look_at_works_in_visits(events: list[Event]) -> None:
    steps = defaultdict(list)
    for event in events:
        steps[event.collector].append(event.time)
    gaps = np.array([(b - a).total_seconds() for each in steps.values() for a, b in pairwise(each)])

    # Within a visit a few minutes pass, between two at least hours: half an hour cuts them apart.
    assert np.mean(gaps < 300) > 0.7
    assert np.sum(gaps > 1800) > 4000
    assert np.mean((gaps > 300) & (gaps < 1800)) < 0.01
