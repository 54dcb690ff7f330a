"""Simulated collectors: latent tastes, what they are shown, what they open, like and buy.

The whole model is described in docs/demo-collection.md. A collector's taste is a mixture of one to
three interests in the space of the pictures' true parameters (`traits`), which no file holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from artrec.demo.plan import DAYS, FIRST_DAY, Work
from artrec.demo.styles import STYLES

COLLECTORS = 340
SHOWN = 36
"""Works a visit shows before the collector has seen enough."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Taste:
    """One collector. Positions are in trait space, D = number of traits."""

    name: str
    centres: Floats
    """(K, D): the middle of each interest, K in 1..3."""
    cares: Floats
    """(K, D): how much each trait matters to an interest, non-negative."""
    shares: Floats
    """(K,): weight of each interest, summing to 1."""
    sharpness: float
    """How fast liking falls with distance."""
    affinity: Floats
    """(studios,): extra liking for a few favourite hands."""
    budget: float
    """Log EUR that feels right for one picture."""
    thrift: float
    """Loss of liking to buy per squared log step above the budget."""
    noise: float
    """Spread of the mood of the day."""
    first_day: int
    visits: int
    eager: float
    """Added to the readiness to buy."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the history."""

    collector: str
    kind: str
    file: str
    time: datetime
    basket: str


def traits(works: list[Work]) -> Floats:
    """(N, D) true parameters of each picture, each block scaled to comparable spread.

    Style (one coordinate each), colour (lightness, a, b), hand (density, line, order, grain),
    format.
    """
    names = list(STYLES)
    style = np.zeros((len(works), len(names)))
    style[np.arange(len(works)), [names.index(w.style) for w in works]] = 1.6
    colour = np.array([w.palette.traits for w in works]) / (0.14, 0.05, 0.05)
    hand = (
        np.array([(w.hand.density, w.hand.line, w.hand.order, w.hand.grain) for w in works]) / 0.35
    )
    form = np.log(np.array([[w.width_cm / w.height_cm] for w in works])) / 0.45
    return np.hstack((style, colour, hand, form))


def make_tastes(works: list[Work], seed: int) -> list[Taste]:
    """Make the `COLLECTORS` collectors of a seed."""
    z = traits(works)
    styles = len(STYLES)
    studio_names = sorted({w.studio.name for w in works})
    tastes = []
    for i in range(COLLECTORS):
        rng = np.random.default_rng([seed, 4, i])
        k = int(rng.choice([1, 2, 3], p=[0.35, 0.45, 0.20]))
        centres = z[rng.choice(len(works), k)] + rng.normal(0, 0.15, (k, z.shape[1]))
        cares = np.empty((k, z.shape[1]))
        # Some look for a kind of picture, some for a colour, some for a way of working.
        for j in range(k):
            cares[j, :styles] = rng.choice([0.15, 1.0, 1.4])
            cares[j, styles : styles + 3] = rng.choice([0.2, 0.7, 1.3])
            cares[j, styles + 3 : styles + 7] = rng.uniform(0.1, 0.6, 4)
            cares[j, styles + 7 :] = 0.1
        affinity = np.zeros(len(studio_names))
        nearest = np.argsort(_distance(z, centres, cares).min(axis=0))[:40]
        favourites = rng.choice(nearest, min(2, len(nearest)), replace=False)
        for work in favourites:
            affinity[studio_names.index(works[work].studio.name)] = rng.uniform(0.3, 1.1)
        tastes.append(
            Taste(
                name=f"c{i + 1:04d}",
                centres=centres,
                cares=cares,
                shares=rng.dirichlet(np.full(k, 4.0)),
                sharpness=float(rng.uniform(0.45, 0.9)),
                affinity=affinity,
                budget=float(rng.normal(6.7, 0.7)),
                thrift=float(rng.uniform(0.2, 0.9)),
                noise=float(rng.uniform(0.3, 0.9)),
                first_day=int(rng.integers(0, DAYS - 150)),
                visits=int(np.clip(rng.lognormal(2.55, 0.55), 4, 60)),
                eager=float(rng.normal(0, 0.5)),
            )
        )
    return tastes


def _distance(z: Floats, centres: Floats, cares: Floats) -> Floats:
    """(K, N) weighted squared distance of each work to each interest."""
    return np.stack([((z - m) ** 2 * w).sum(axis=1) for m, w in zip(centres, cares, strict=True)])


def liking(taste: Taste, works: list[Work]) -> Floats:
    """(N,) how much a collector likes each work, noise left out.

    Zero is a work at the heart of the only interest. A soft maximum over
    the interests plus the affinity to the studio.
    """
    score = np.log(taste.shares)[:, None] - taste.sharpness * _distance(
        traits(works), taste.centres, taste.cares
    )
    names = sorted({w.studio.name for w in works})
    studio = np.array([names.index(w.studio.name) for w in works])
    return np.asarray(np.logaddexp.reduce(score, axis=0) + taste.affinity[studio])


def _visits(tastes: list[Taste], seed: int) -> list[tuple[float, int, int]]:
    """Every visit as (day, collector, number of the collector's visit), in order of time."""
    rng = np.random.default_rng([seed, 5])
    out = []
    for i, taste in enumerate(tastes):
        days = np.sort(rng.uniform(taste.first_day, DAYS - 1, taste.visits).astype(int))
        hours = np.clip(rng.normal(19, 3.0, taste.visits), 7, 23)
        out += [(float(d + h / 24), i, n) for n, (d, h) in enumerate(zip(days, hours, strict=True))]
    return sorted(out)


def simulate(works: list[Work], seed: int) -> Iterator[Event]:
    """Yield the history in order of time.

    Visits never overlap, so a one-of-a-kind work sold in one is gone from the next.
    """
    tastes = make_tastes(works, seed)
    score = np.stack([liking(t, works) for t in tastes])
    # The same readiness for everybody: what is good is what is good among all one could see.
    score = (score - np.median(score, axis=1, keepdims=True)) / score.std(axis=1, keepdims=True)
    rng = np.random.default_rng([seed, 6])
    added = np.array([w.added_day for w in works])
    single = np.array([w.one_of_a_kind for w in works])
    price = np.array([np.nan if w.price is None else w.price for w in works])
    gone = np.zeros(len(works), dtype=bool)
    fame = np.zeros(len(works))
    liked = np.zeros((len(tastes), len(works)), dtype=bool)
    owned = np.zeros((len(tastes), len(works)), dtype=bool)
    start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
    free = start
    for day, who, number in _visits(tastes, seed):
        taste = tastes[who]
        now = max(start + timedelta(seconds=round(day * 86400)), free + timedelta(seconds=30))
        today = (now - start).days
        there = np.flatnonzero((added < today) & ~gone)
        if not len(there):
            continue
        age = today - added[there]
        weight = (1 + fame[there]) ** 0.45 * (0.35 + np.exp(-age / 60))
        gumbel = rng.gumbel(size=len(there))
        shown = there[np.argsort(-(np.log(weight) + gumbel))[:SHOWN]]
        mood = score[who, shown] + rng.normal(0, taste.noise, len(shown))
        opened = shown[rng.random(len(shown)) < 1 / (1 + np.exp(-(2.2 * mood - 3.0)))]
        for work in opened:
            now += timedelta(seconds=int(rng.integers(8, 120)))
            fame[work] += 0.1
            yield Event(taste.name, "view", works[work].file, now, "")
            feeling = score[who, work] + rng.normal(0, taste.noise)
            if not liked[who, work] and rng.random() < 1 / (1 + np.exp(-(2.4 * feeling - 3.6))):
                liked[who, work] = True
                fame[work] += 1
                now += timedelta(seconds=int(rng.integers(2, 9)))
                yield Event(taste.name, "like", works[work].file, now, "")
        dear = np.clip(np.log(price[opened]) - taste.budget, 0, None) ** 2
        want = (
            2.2 * score[who, opened]
            - taste.thrift * dear
            + taste.eager
            + 0.9 * liked[who, opened]
            - np.where(single[opened], 12.0, 7.0)
        )
        can = ~owned[who, opened] & ~np.isnan(price[opened])
        buys = can & (rng.random(len(opened)) < 1 / (1 + np.exp(-want)))
        if buys.any():  # who has decided once decides more easily again
            buys |= can & (rng.random(len(opened)) < 1 / (1 + np.exp(-want - 2.2)))
        basket = opened[buys][:4]
        now += timedelta(seconds=int(rng.integers(20, 200)))
        for work in basket:
            owned[who, work] = True
            gone[work] = single[work]
            fame[work] += 2
            yield Event(
                taste.name, "purchase", works[work].file, now, f"{taste.name}-{number + 1:03d}"
            )
        free = now
