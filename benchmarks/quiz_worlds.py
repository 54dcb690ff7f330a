"""Visitors to try a quiz on, made or real, and what is known of everybody else."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artrec.cli.formats import Source, guess_format, read
from artrec.data import Interactions
from artrec.demo.collectors import liking, make_tastes, simulate, traits
from artrec.demo.plan import plan_works
from artrec.features.store import open_store
from artrec.serving.transform import fit_transform_for

LEAST_LIKED = 8
"""Works that a visitor has liked, of which half are held out."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Chooser = Callable[[int, Sequence[int], np.random.Generator], int | None]
"""Visitor, rows of works shown: the row chosen, or none."""


@dataclass(frozen=True)
class World:
    """Visitors to ask, and what is known of everybody else."""

    name: str
    train: Interactions
    liked: list[Ints]
    """Of each visitor."""
    hands: Ints
    choose: Callable[[int, set[int]], Chooser]
    """How a visitor answers who has so many works held out."""
    look: Floats | None
    best: list[Ints] | None
    """Of each visitor, the works they truly like best, where that is known."""


def from_demo(options: argparse.Namespace) -> World:
    """Make a collection and its collectors."""
    works = plan_works(options.works, options.seed, 1200)
    tastes = make_tastes(works, options.seed)
    rows = {work.file: row for row, work in enumerate(works)}
    people = {taste.name: row for row, taste in enumerate(tastes)}
    found = {
        (people[event.collector], rows[event.file])
        for event in simulate(works, options.seed)
        if event.kind != "view"
    }
    truth = np.stack([liking(taste, works) for taste in tastes])
    truth = (truth - np.median(truth, axis=1, keepdims=True)) / truth.std(axis=1, keepdims=True)
    train, asked, liked = parted(sorted(found), len(tastes), options.visitors)
    studios = {name: row for row, name in enumerate(sorted({w.studio.name for w in works}))}
    rng = np.random.default_rng([options.seed, 3])
    true = traits(works)
    look = (true + rng.normal(0, 0.4, true.shape)) @ rng.normal(size=(true.shape[1], 64))
    look += rng.normal(0, 0.5, look.shape)
    look -= look.mean(axis=0)

    def choose(user: int, _held: set[int]) -> Chooser:
        person = asked[user]

        def chosen(_user: int, shown: Sequence[int], rng: np.random.Generator) -> int | None:
            mood = rng.normal(0, tastes[person].noise, len(shown))
            worth = truth[person, list(shown)] + mood
            return int(shown[int(worth.argmax())]) if worth.max() > 0 else None

        return chosen

    return World(
        f"Made collectors, seed {options.seed}",
        interactions(train, len(works)),
        liked,
        np.array([studios[work.studio.name] for work in works]),
        choose,
        look / np.linalg.norm(look, axis=1, keepdims=True),
        [np.argsort(-truth[person])[: len(works) // 20] for person in asked],
    )


def from_file(options: argparse.Namespace) -> World:
    """Read people's choices, and what the works look like where that is given."""
    kind = options.format or guess_format(options.data)
    source = Source(options.data, kind, min_rating=4.0)
    log = read(source).interactions
    pairs = list(zip(log.event_users.tolist(), log.items.tolist(), strict=True))
    train, _asked, liked = parted(pairs, log.n_users, options.visitors)

    def choose(user: int, held: set[int]) -> Chooser:
        known = set(liked[user].tolist()) - held

        def chosen(_user: int, shown: Sequence[int], rng: np.random.Generator) -> int | None:
            loved = [row for row in shown if row in known]
            return int(rng.choice(loved)) if loved else None

        return chosen

    hands = np.arange(log.n_items)
    look = looks_of(options.features, log.item_ids) if options.features else None
    return World(
        options.data.name, interactions(train, log.n_items), liked, hands, choose, look, None
    )


def looks_of(folder: Path, works: Sequence[str]) -> Floats:
    """(N, T) what these works look like, as the site stores it; zeros without a picture."""
    store = open_store(folder)
    features = np.asarray(store.matrix, dtype=np.float32)
    transform = fit_transform_for(features, store.families)
    place = {Path(name).stem: row for row, name in enumerate(store.ids)}
    looks = np.zeros((len(works), transform.output_dim))
    there = [row for row, work in enumerate(works) if str(work) in place]
    looks[there] = transform.apply(features[[place[str(works[row])] for row in there]])
    return looks


def parted(
    pairs: Sequence[tuple[int, int]], n_users: int, visitors: int
) -> tuple[list[tuple[int, int]], list[int], list[Ints]]:
    """Choices of everybody else, and the visitors with theirs: of a random order, the first who
    liked enough."""
    by_user: dict[int, list[int]] = {}
    for user, item in pairs:
        by_user.setdefault(user, []).append(item)
    order = np.random.default_rng(0).permutation(n_users).tolist()
    asked = [user for user in order if len(by_user.get(user, ())) >= LEAST_LIKED][:visitors]
    train = [(user, item) for user, item in pairs if user not in set(asked)]
    return train, asked, [np.array(by_user[user]) for user in asked]


def interactions(pairs: Sequence[tuple[int, int]], n_items: int) -> Interactions:
    users = {user: row for row, user in enumerate(sorted({user for user, _ in pairs}))}
    return Interactions.build(
        [users[user] for user, _ in pairs],
        [item for _, item in pairs],
        user_ids=[str(user) for user in users],
        item_ids=[str(item) for item in range(n_items)],
    )
