"""The taste quiz: how good For you is after it, against popularity and lesser quizzes.

    python -m benchmarks.bench_quiz [--data ratings.csv] [--visitors 120] [--slips 0 0.2]

Simulated visitors of known taste take the quiz of the site and are then ranked for by the head that
would serve them, from the works they chose and nothing else, all of it as in a request. A model is
trained on the choices of everybody else. Half of what a visitor liked is held out and never asked
about; recall@20 is of these. Of made collectors it is also known what they would like best if they
saw everything, which is not what many like: "best 5 %" is the share of the first 20 works that are
among the 5 % they like best by the formula, moods left out.

Without `--data` the visitors are made collectors (docs/demo-collection.md), who like by a formula
what pictures are made of: of the works of a question they choose the one they like best in the
mood of the day, or none if that is not above their middle. With a MovieLens file they are real
people who answer truly and only by what they have rated: the film they rated highest, at least 4,
of those they know, or none; what they never saw they cannot choose. `--slips` is the share of
answers that are random instead.

Ranked by two spaces: factors of implicit ALS, and what pictures look like, made collectors only
(their true traits, mixed and blurred by noise). Intervals resample visitors; that of the ratio
resamples both sides together.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from artrec.cli.formats import READERS, Source, guess_format, read
from artrec.data import Interactions
from artrec.demo.collectors import liking, make_tastes, simulate, traits
from artrec.demo.plan import plan_works
from artrec.evaluation.intervals import bootstrap
from artrec.models.als import ALS, ALSConfig
from artrec.models.contract import TrainingData
from artrec.models.export import export
from artrec.online.quiz import Answer, believe
from artrec.online.quiz_points import loved, points_of
from artrec.online.quiz_questions import MOST, SIZE, next_question, tells_enough
from artrec.serving.bundle import Bundle
from webapp.feed import weighing

CUTOFF, LEAST_LIKED = 20, 8
NEWEST, NEWEST_COUNT = 5, 2.0  # as in webapp.feed.profile, which needs a database
WAYS = ("adaptive", "random", "popular")

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


@dataclass(frozen=True)
class Ranker:
    """Rows as they are stored, and the head that makes queries of them; None for VisRank."""

    name: str
    rows: NDArray[np.float32]
    bundle: Bundle | None

    def scores(self, chosen: Sequence[int]) -> Floats:
        """(N,) for somebody who chose these, oldest first, all within one quiz."""
        weights = np.ones(len(chosen))
        weights[-NEWEST:] *= NEWEST_COUNT
        none = self.rows[:0]
        queries = weighing.queries_of(self.bundle, self.rows[list(chosen)], weights, none)
        return np.asarray((self.rows @ queries.T).max(axis=1), dtype=np.float64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="ratings; default: made collectors")
    parser.add_argument("--format", choices=READERS, help="of the data, where it is not clear")
    parser.add_argument("--pool", type=int, default=400, help="works asked about (default 400)")
    parser.add_argument("--visitors", type=int, default=120, help="to simulate (default 120)")
    parser.add_argument("--works", type=int, default=1200, help="of the made collection")
    parser.add_argument("--slips", type=float, nargs="+", default=[0.0, 0.2])
    options = parser.parse_args()
    world = from_file(options) if options.data else from_demo(options)
    fans = world.train.item_counts.astype(np.float64)
    model = ALS.fit(TrainingData(world.train), ALSConfig(factors=32))
    bundle, rows = export(model)
    rankers = [Ranker("ALS", rows, bundle)]
    if world.look is not None:
        rankers.append(Ranker("looks, VisRank", world.look.astype(np.float32), None))
    print(f"\n{world.name}: {len(world.liked)} visitors, {len(fans):,} works, trained on")
    print(f"{world.train.n_events:,} choices of {world.train.n_users:,} others.\n")
    print(f"| ranked by | slips | way | recall@{CUTOFF} | times popularity | best 5 % ", end="")
    print("| times popularity | questions | none | ms |\n|---|---:|---|" + "---:|" * 7)
    for ranker in rankers:
        for slips in options.slips:
            measure(world, ranker, pool_of(ranker, fans, options.pool), fans, slips)


def measure(world: World, ranker: Ranker, pool: Ints, fans: Floats, slips: float) -> None:
    """Print the rows of one ranker."""
    popular = np.array([recall(fans, held_out(world, user), ()) for user in each(world)])
    famous = np.array([favourites(world, user, fans, ()) for user in each(world)])
    print(
        f"| {ranker.name} | {slips:g} | popularity, no quiz | {interval(popular)} | 1 |"
        f" {interval(famous)} | 1 | – | – | – |"
    )
    for way in WAYS:
        quizzes = [take(world, ranker, pool, fans, user, way, slips) for user in each(world)]
        values = np.array([quiz.recall for quiz in quizzes])
        best = np.array([quiz.best for quiz in quizzes])
        asked = np.mean([quiz.asked for quiz in quizzes])
        none = 1 - np.sum([quiz.chosen for quiz in quizzes]) / np.sum([q.asked for q in quizzes])
        spent = f"{np.median([quiz.ms for quiz in quizzes]):.1f}" if way == "adaptive" else "–"
        print(
            f"| {ranker.name} | {slips:g} | {way} questions | {interval(values)} |"
            f" {ratio(values, popular)} | {interval(best)} | {ratio(best, famous)} |"
            f" {asked:.1f} | {none:.0%} | {spent} |",
            flush=True,
        )


@dataclass(frozen=True)
class Taken:
    """What came of one quiz."""

    recall: float
    best: float
    asked: int
    chosen: int
    ms: float
    """CPU milliseconds per question, belief included."""


def take(
    world: World, ranker: Ranker, pool: Ints, fans: Floats, user: int, way: str, slips: float
) -> Taken:
    """Ask one visitor."""
    held = held_out(world, user)
    choose = world.choose(user, set(held.tolist()))
    points, before = points_of(ranker.rows[pool]), loved(fans[pool])
    rng = np.random.default_rng([user, 1])
    answers: list[Answer] = []
    seen = set(np.flatnonzero(np.isin(pool, held)).tolist())
    spent = 0.0
    for number in range(MOST):
        start = thread_time()
        if way == "adaptive":
            question = next_question(
                believe(points, before, answers), points, before, world.hands[pool],
                size=SIZE, seed=(user, number), exclude=seen,
            )  # fmt: skip
            spent += thread_time() - start
            if question is None or not tells_enough(question, number):
                break
            shown = question.works
        else:
            free = np.array([row for row in range(len(pool)) if row not in seen])
            order = rng.permutation(free) if way == "random" else free[np.argsort(-before[free])]
            shown = tuple(distinct(order, world.hands[pool]))
        if rng.random() < slips:
            picked = int(rng.integers(len(shown) + 1))
            chosen = shown[picked] if picked < len(shown) else None
        else:
            row = choose(user, pool[list(shown)].tolist(), rng)
            chosen = None if row is None else shown[pool[list(shown)].tolist().index(row)]
        answers.append(Answer(shown, chosen))
        seen |= set(shown)
    liked = [int(pool[each.chosen]) for each in answers if each.chosen is not None]
    scores = ranker.scores(liked) if liked else fans
    return Taken(
        recall=recall(scores, held, liked),
        best=favourites(world, user, scores, liked),
        asked=len(answers),
        chosen=len(liked),
        ms=1000 * spent / max(1, len(answers)),
    )


def pool_of(ranker: Ranker, fans: Floats, most: int) -> Ints:
    """The most loved works of which the space knows something."""
    told = np.abs(ranker.rows).max(axis=1) > 0
    first = np.argsort(-np.where(told, fans, -1.0), kind="stable")
    return np.sort(first[: min(most, np.count_nonzero(told))])


def distinct(order: Ints, hands: Ints) -> list[int]:
    """The first `SIZE` of an order by different hands."""
    kept: dict[int, int] = {}
    for row in order.tolist():
        kept.setdefault(int(hands[row]), row)
        if len(kept) == SIZE:
            break
    return list(kept.values())


def held_out(world: World, user: int) -> Ints:
    liked = world.liked[user]
    return np.random.default_rng([user, 2]).permutation(liked)[: len(liked) // 2]


def each(world: World) -> range:
    return range(len(world.liked))


def recall(scores: Floats, held: Ints, known: Sequence[int]) -> float:
    """Share of the held-out works among the first, of as many as could be there."""
    left = scores.copy()
    left[list(known)] = -np.inf
    first = np.argsort(-left, kind="stable")[:CUTOFF]
    return len(np.intersect1d(first, held)) / min(CUTOFF, len(held))


def favourites(world: World, user: int, scores: Floats, known: Sequence[int]) -> float:
    """Share of the first works that the visitor truly likes best; NaN where nobody knows."""
    if world.best is None:
        return float("nan")
    left = scores.copy()
    left[list(known)] = -np.inf
    first = np.argsort(-left, kind="stable")[:CUTOFF]
    return len(np.intersect1d(first, world.best[user])) / CUTOFF


def interval(values: Floats) -> str:
    if np.isnan(values).all():
        return "–"
    found = bootstrap(values)
    return f"{found.mean:.4f} [{found.low:.3f}, {found.high:.3f}]"


def ratio(values: Floats, base: Floats) -> str:
    """Ratio of the means with the 95 % percentile interval over resampled visitors."""
    if np.isnan(base).all():
        return "–"
    draws = np.random.default_rng(0).integers(len(values), size=(2000, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1) / base[draws].mean(axis=1), [0.025, 0.975])
    return f"{values.mean() / base.mean():.2f} [{low:.2f}, {high:.2f}]"


def from_demo(options: argparse.Namespace) -> World:
    works = plan_works(options.works, 7, 1200)
    tastes = make_tastes(works, 7)
    rows = {work.file: row for row, work in enumerate(works)}
    people = {taste.name: row for row, taste in enumerate(tastes)}
    found = {
        (people[event.collector], rows[event.file])
        for event in simulate(works, 7)
        if event.kind != "view"
    }
    truth = np.stack([liking(taste, works) for taste in tastes])
    truth = (truth - np.median(truth, axis=1, keepdims=True)) / truth.std(axis=1, keepdims=True)
    train, asked, liked = parted(sorted(found), len(tastes), options.visitors)
    studios = {name: row for row, name in enumerate(sorted({w.studio.name for w in works}))}
    rng = np.random.default_rng(3)
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
        "Made collectors",
        interactions(train, len(works)),
        liked,
        np.array([studios[work.studio.name] for work in works]),
        choose,
        look / np.linalg.norm(look, axis=1, keepdims=True),
        [np.argsort(-truth[person])[: len(works) // 20] for person in asked],
    )


def from_file(options: argparse.Namespace) -> World:
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
    return World(
        options.data.name, interactions(train, log.n_items), liked, hands, choose, None, None
    )


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


if __name__ == "__main__":
    main()
