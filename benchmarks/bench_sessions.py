"""Next in this visit: recall@20 and MRR@20 of the models of visits, the tables of docs/results.md.

    python -m benchmarks.bench_sessions [--data ratings.csv] [--works 1200] [--seeds 3]

`--data` is a file of events with times that `python -m artrec compare` reads; of one with ratings
every rating counts, high or low, since what is asked is what somebody turns to next. Without it the
events are those of the demo collection's made collectors, whom a formula moves
(docs/demo-collection.md): that shows that the models learn, and says nothing about people.

Visits are cut after `--gap` seconds. The test is the visits that end last, `--share` of them, and
each is walked through event by event. As published (Hidasi et al. 2016), items the training does
not know are taken out and all others are candidates, those of the visit so far included; the second
table hides these, as the site does. Intervals resample users with all their events. Last comes what
the head of GRU4Rec costs in a request.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from artrec.cli.formats import READERS, Source, guess_format, read
from artrec.data import Interactions
from artrec.data.sessions import GAP, NO_LIMIT, as_histories, visits_from, visits_of
from artrec.demo.collectors import simulate
from artrec.demo.plan import plan_works
from artrec.evaluation.next_item import (
    NextItems,
    by_users,
    next_items,
    ranks_of_next,
    recall,
    reciprocal_rank,
)
from artrec.models.base import ProfileModel
from artrec.models.contract import TrainingData
from artrec.models.gru4rec import GRU4Rec
from artrec.models.gru4rec_config import GRU4RecConfig
from artrec.models.item2vec import Item2Vec, Item2VecConfig
from artrec.models.item_knn import ItemKNN
from artrec.models.popularity import Popularity
from artrec.serving.bundle import Bundle
from artrec.serving.gru import Gates
from artrec.training.runtime import Progress, Runtime
from artrec.training.visit_losses import VisitLoss

CUTOFF = 20
BASELINE = "item-knn, last item"
GRU = {
    "cross-entropy": GRU4RecConfig(loss="cross-entropy"),
    "bpr": GRU4RecConfig(loss="bpr"),
    "top1": GRU4RecConfig(loss="top1", activation="tanh"),
    "top1-max": GRU4RecConfig(loss="top1-max", activation="tanh"),
    "bpr-max": GRU4RecConfig(loss="bpr-max", activation="elu"),
}
assert set(GRU) == set(get_args(VisitLoss))

Floats = NDArray[np.float64]
Asked = dict[str, NextItems]
Ranks = dict[str, Floats]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="file of events; default: made collectors")
    parser.add_argument("--format", choices=READERS, help="of the data, where it is not clear")
    parser.add_argument("--works", type=int, default=1200, help="of the made collection")
    parser.add_argument("--gap", type=int, default=GAP, help="seconds (default 1800)")
    parser.add_argument("--share", type=float, default=0.2, help="of the visits (default 0.2)")
    parser.add_argument("--seeds", type=int, default=3, help="of the trained models (default 3)")
    parser.add_argument("--samples", type=int, default=2048, help="of GRU4Rec (default 2048)")
    parser.add_argument(
        "--epochs", type=int, help="of GRU4Rec, exactly (default: the best on 10 %%)"
    )
    parser.add_argument("--only", nargs="+", metavar="MODEL", help="names that begin so")
    options = parser.parse_args()
    log = from_file(options) if options.data else from_demo(options.works)
    everything = visits_of(log, options.gap).at_least(2)
    cut = int(np.quantile(everything.ends, 1 - options.share))
    split = visits_from(log, cut, gap=options.gap)
    test = visits_of(split.test, options.gap)
    known = split.train.item_counts > 0
    asked = {
        "as published": next_items(test, known=known),
        "seen hidden": next_items(test, known=known, hide_seen=True),
    }
    describe(options, split.train, asked)
    measured: dict[str, tuple[Ranks, float]] = {}
    for name, run in models(split.train, options):
        if not options.only or name.startswith(tuple(options.only)):
            measured[name] = run(asked)
            for table in asked:
                print(f"{table}: {row(name, table, asked[table], measured)}", flush=True)
    for table in asked:
        print_table(table, asked[table], measured)
    print_head()


def from_file(options: argparse.Namespace) -> Interactions:
    kind = options.format or guess_format(options.data)
    rated = kind in ("movielens", "csv", "parquet", "recbole")
    return read(Source(options.data, kind, min_rating=0.0 if rated else None)).interactions


def from_demo(works: int) -> Interactions:
    events = list(simulate(plan_works(works, 7, 1200), 7))
    users = sorted({event.collector for event in events})
    files = sorted({event.file for event in events})
    user_rows = {name: row for row, name in enumerate(users)}
    item_rows = {name: row for row, name in enumerate(files)}
    return Interactions.build(
        [user_rows[event.collector] for event in events],
        [item_rows[event.file] for event in events],
        [int(event.time.timestamp()) for event in events],
        user_ids=users,
        item_ids=files,
    )


def describe(options: argparse.Namespace, train: Interactions, asked: Asked) -> None:
    visits = visits_of(train, options.gap).at_least(2)
    print(
        f"\n{options.data.name if options.data else 'Made collectors'}: training on {len(visits):,}"
    )
    print(f"visits of two events or more by {len(np.unique(visits.users)):,} users,")
    print(f"{len(visits.items):,} events on {np.count_nonzero(visits.item_counts):,} items, median")
    print(f"length {np.median(visits.lengths):.0f}, longest {visits.lengths.max()}.")
    for name, one in asked.items():
        people = len(np.unique(one.users))
        print(f"Asked {name} at {len(one.events):,} events of {people:,} users.")


Run = Callable[[Asked], tuple[Ranks, float]]


def models(train: Interactions, options: argparse.Namespace) -> Iterator[tuple[str, Run]]:
    """Names, and what fits the model and ranks."""
    visits = visits_of(train, options.gap)
    together = TrainingData(as_histories(visits.at_least(2)))
    data = TrainingData(train)
    yield "popularity", partial(once, lambda: Popularity.fit(TrainingData(as_histories(visits))), 1)
    for name, longest in ((BASELINE, 1), ("item-knn, visit", NO_LIMIT)):
        yield name, partial(once, lambda: ItemKNN.fit(together), longest)
    for name, longest in (("item2vec, last item", 1), ("item2vec, visit", NO_LIMIT)):
        config: Any = Item2VecConfig(gap=options.gap)
        yield name, partial(seeded, Item2Vec, data, config, options.seeds, longest)
    for loss, config in GRU.items():
        config = replace(config, gap=options.gap, samples=options.samples)
        if options.epochs:
            config = replace(config, epochs=options.epochs, validation_share=0.0)
        yield f"gru4rec, {loss}", partial(seeded, GRU4Rec, data, config, options.seeds, NO_LIMIT)


def once(fit: Callable[[], ProfileModel], longest: int, asked: Asked) -> tuple[Ranks, float]:
    """Ranks of each table, and CPU seconds of the fit."""
    start = time.process_time()
    model = fit()
    seconds = time.process_time() - start
    ranks = {
        name: ranks_of_next(model.scorer(one.profiles(longest=longest)), one)
        for name, one in asked.items()
    }
    return ranks, seconds


def seeded(
    kind: Any, data: TrainingData, config: Any, seeds: int, longest: int, asked: Asked
) -> tuple[Ranks, float]:
    """The same of a trained model, ranks of all seeds one after the other."""
    runs = [
        once(partial(kind.fit, data, replace(config, seed=seed), runtime=SHOW), longest, asked)
        for seed in range(seeds)
    ]
    ranks = {name: np.stack([run[0][name] for run in runs]) for name in asked}
    return ranks, float(np.mean([run[1] for run in runs]))


def show(progress: Progress) -> None:
    metric = "" if progress.metric is None else f", held-out MRR {progress.metric:.4f}"
    rate = f"{progress.examples_per_second:,.0f}/s"
    print(f"  epoch {progress.epoch}: loss {progress.loss:.4f}{metric}, {rate}", flush=True)


SHOW = Runtime(on_progress=show)


def print_table(table: str, asked: NextItems, measured: dict[str, tuple[Ranks, float]]) -> None:
    print(f"\n{table}:\n")
    print(
        f"| model | recall@{CUTOFF} | MRR@{CUTOFF} | recall less that of {BASELINE} | fit CPU-s |"
    )
    print("|---|---:|---:|---:|---:|")
    for name in measured:
        print(row(name, table, asked, measured))


def row(name: str, table: str, asked: NextItems, measured: dict[str, tuple[Ranks, float]]) -> str:
    ranks, seconds = measured[name]
    hits, places = (values(metric, ranks[table]) for metric in (recall, reciprocal_rank))
    cells = [with_half_width(each, asked) for each in (hits, places)]
    gain = "–"
    if name != BASELINE and BASELINE in measured:
        base = values(recall, measured[BASELINE][0][table])
        interval = by_users(hits - base, asked.users)
        gain = f"{interval.mean:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"
    return f"| {name} | {cells[0]} | {cells[1]} | {gain} | {seconds:.2g} |"


def print_head() -> None:
    """What the query of a visit costs in a request, with default dimensions and random weights."""
    rng, size = np.random.default_rng(0), GRU4RecConfig().hidden
    wide, flat = (size, 3 * size), (3 * size,)
    drawn = [rng.normal(0, 0.1, shape) for shape in (wide, wide, flat, flat)]
    arrays = dict(zip(Gates._fields, drawn, strict=True))
    settings = {"longest": GRU4RecConfig().longest}
    bundle = Bundle("gru4rec", "gru", size + 1, size + 1, (0, size), 1.0, False, settings, arrays)
    print("\n| works of the visit | CPU-ms, median | p95 |\n|---:|---:|---:|")
    for length in (5, 20, 50, 100):
        rows = rng.normal(size=(length, size + 1)).astype(np.float32)
        times = []
        for _ in range(500):
            start = time.thread_time()
            bundle.user_vectors(rows)
            times.append(1000 * (time.thread_time() - start))
        print(f"| {length} | {np.percentile(times, 50):.2f} | {np.percentile(times, 95):.2f} |")


def values(metric: Callable[[Floats, int], Floats], ranks: Floats) -> Floats:
    """(Q,) of one model, averaged over its seeds."""
    return np.asarray(np.atleast_2d(metric(ranks, CUTOFF)).mean(axis=0))


def with_half_width(one: Floats, asked: NextItems) -> str:
    interval = by_users(one, asked.users)
    return f"{interval.mean:.4f} ±{(interval.high - interval.low) / 2:.3f}"


if __name__ == "__main__":
    main()
