"""The taste quiz: how good For you is after it, against popularity and lesser quizzes.

    python -m benchmarks.bench_quiz [--seed 21] [--visitors 120] [--slips 0 0.2]
    python -m benchmarks.bench_quiz --data ratings.csv [--features store]

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

Ranked by two spaces: factors of implicit ALS, and what pictures look like: of made collectors the
true traits of their works, mixed and blurred by noise, else the `--features` of a store that
`python -m artrec extract` made, whose pictures are named by their works. Where looks alone rank,
they do so together with the quiz, as on the site, and for comparison without it. Another `--seed`
makes another collection and other collectors. Intervals resample visitors; that of the ratio
resamples both sides together.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from artrec.cli.formats import READERS
from artrec.evaluation.intervals import bootstrap
from artrec.models.als import ALS, ALSConfig
from artrec.models.contract import TrainingData
from artrec.models.export import export
from artrec.online.quiz import Answer, believe
from artrec.online.quiz_points import axes_of, loved
from artrec.online.quiz_questions import MOST, SIZE, next_question, tells_enough
from artrec.online.quiz_ranking import Guess, credibility, guess
from artrec.serving.bundle import Bundle
from benchmarks.quiz_worlds import Floats, Ints, World, from_demo, from_file
from webapp.feed import weighing

CUTOFF = 20
NEWEST, NEWEST_COUNT, CHOICE = 5, 2.0, 0.5  # as in webapp.feed.profile, which needs a database
BACKGROUND = 256  # as in webapp.feed.reasons, which needs one too
WAYS = ("adaptive", "random", "popular")


@dataclass(frozen=True)
class Ranker:
    """Rows as they are stored, and the head that makes queries of them; None for VisRank."""

    name: str
    rows: NDArray[np.float32]
    bundle: Bundle | None
    blends: bool = False
    """Whether what the quiz tells is mixed in."""

    def scores(self, chosen: Sequence[int], told: Guess) -> Floats:
        """(N,) for somebody who chose these, oldest first, all within one quiz that `told` this."""
        weights = np.ones(len(chosen))
        weights[-NEWEST:] *= NEWEST_COUNT
        none = self.rows[:0]
        queries = weighing.queries_of(self.bundle, self.rows[list(chosen)], weights, none)
        scores = np.asarray((self.rows @ queries.T).max(axis=1), dtype=np.float64)
        if not self.blends:
            return scores
        share = credibility(CHOICE * len(chosen))
        others = np.random.default_rng(9).permutation(scores)[:BACKGROUND]
        by_quiz = told.standing(range(len(self.rows)), self.rows)
        by_look = (scores - others.mean()) / others.std()
        return np.asarray(share * by_look + (1 - share) * by_quiz)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="ratings; default: made collectors")
    parser.add_argument("--format", choices=READERS, help="of the data, where it is not clear")
    parser.add_argument(
        "--features", type=Path, help="store of what the works of the data look like"
    )
    parser.add_argument("--seed", type=int, default=21, help="of the made world (default 21)")
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
        look = world.look.astype(np.float32)
        rankers.append(Ranker("looks, VisRank and quiz", look, None, blends=True))
        rankers.append(Ranker("looks, VisRank alone", look, None))
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
    axes = axes_of(ranker.rows[pool])
    points, before = axes.points(ranker.rows[pool]), loved(fans[pool])
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
    scores = fans
    if liked:
        told = guess(axes, points, before, pool.tolist(), answers)
        scores = ranker.scores(liked, told)
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


if __name__ == "__main__":
    main()
