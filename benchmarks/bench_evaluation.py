"""Full-catalogue evaluation: blocked products and counting against a loop with two sorts a user.

The slow side is the pattern of the field's published notebooks, written here: score one user, sort
the catalogue and compare every place with the items to find, sort it again and compare with every
known item, then each metric in Python. It runs twice, on PyTorch as the notebooks do and on NumPy,
whose sort is much faster on some processors. Both sides get the same vectors; their metrics are
asserted to be the same.

The matrix product is a floor that no counting gets below, so it is timed alone as well, and the
output says how near the whole is to it and what ratio it allows at most. Each side may use every
core; `OMP_NUM_THREADS=1` gives both one.

    python -m benchmarks.bench_evaluation [--users 1549 --items 13297 --dimension 300 --profile 10]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from artrec.evaluation import metrics
from artrec.evaluation.ranking import BLOCK_BYTES, Scorer, inner_product, rank
from artrec.evaluation.tasks import Lists, Task

Array = NDArray[Any]

KS = (20, 100)
SLOW_USERS = 200
"""The loop is timed on this many users; its cost is the same for each."""
REST = 0.1
"""Seconds between two measurements."""


def make_task(
    rng: np.random.Generator, n_users: int, n_items: int, profile: int, basket: int
) -> Task:
    drawn = np.stack(
        [rng.choice(n_items, size=profile + basket, replace=False) for _ in range(n_users)]
    )
    steps = np.arange(n_users + 1)
    return Task(
        name="bench",
        users=np.arange(n_users),
        relevant=Lists(steps * basket, np.sort(drawn[:, :basket], axis=1).ravel()),
        hidden=Lists(steps * profile, drawn[:, basket:].ravel()),
        on_offer=np.ones(n_items, dtype=np.bool_),
    )


def torch_places(scores: Array, relevant: Array, hidden: Array) -> Array:
    values, wanted, known = (torch.from_numpy(a) for a in (scores, relevant, hidden))
    order = torch.argsort(values, descending=True)
    found = (order[:, None] == wanted).any(-1).nonzero().flatten()
    order = torch.argsort(values, descending=True)
    before = (order[:, None] == known).any(-1).nonzero().flatten()
    places: Array = (found - (found[:, None] > before).sum(-1)).numpy()
    return places


def numpy_places(scores: Array, relevant: Array, hidden: Array) -> Array:
    found = (np.argsort(-scores)[:, None] == relevant).any(-1).nonzero()[0]
    before = (np.argsort(-scores)[:, None] == hidden).any(-1).nonzero()[0]
    places: Array = found - (found[:, None] > before).sum(-1)
    return places


BLOCKED, PRODUCT = "blocked, the whole", "blocked, product"
LOOPS: dict[str, Callable[[Array, Array, Array], Array]] = {
    "loop, PyTorch": torch_places,
    "loop, NumPy": numpy_places,
}


def slow_metrics(places: Array, m: int) -> dict[str, float]:
    idx = [int(i) for i in places]
    n = len(idx)
    values = {
        "auc": sum(((m - i - 1) - (n - r)) / (m - n) for r, i in enumerate(idx, start=1)) / n,
        "rr": 1 / (1 + idx[0]),
    }
    for k in KS:
        hits = [i for i in idx if i < k]
        gain = sum(1 / math.log2(i + 2) for i in hits)
        values[f"recall@{k}"] = len(hits) / n
        values[f"precision@{k}"] = len(hits) / k
        values[f"ndcg@{k}"] = gain / sum(1 / math.log2(i + 2) for i in range(min(k, n)))
    return values


def check(scorer: Scorer, task: Task, users: NDArray[np.int64]) -> int:
    """Assert that all sides give the same metrics from the same scores; how many metrics.

    The scores are made once: a product of blocks and one of single rows round differently, and two
    items that nearly tie would change places.
    """
    scores = scorer(users)
    ranks = rank(lambda rows: scores[rows], task.take(users)).ranks
    values = metrics.all_metrics(ranks, KS, task.n_items)
    slow: dict[str, float] = {}
    for user in users:
        relevant, hidden = task.relevant[user], task.hidden[user]
        for places in LOOPS.values():
            slow = slow_metrics(places(scores[user], relevant, hidden), task.n_items - len(hidden))
            for name, value in slow.items():
                assert abs(values[name][user] - value) < 1e-6, (user, name)
    return len(slow)


def timed(work: Callable[[], object], n_users: int) -> tuple[float, float]:
    """Wall and CPU milliseconds a user."""
    # The threads of the side before spin on for a moment, which must not count against this one.
    time.sleep(REST)
    started, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    return wall / n_users * 1e3, cpu / n_users * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=1549)
    parser.add_argument("--items", type=int, default=13297)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--profile", type=int, default=10)
    parser.add_argument("--basket", type=int, default=1)
    parser.add_argument("--top", type=int, default=0, help="also keep this many places a user")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    users = rng.normal(size=(options.users, options.dimension)).astype(np.float32)
    items = rng.normal(size=(options.items, options.dimension)).astype(np.float32)
    task = make_task(rng, options.users, options.items, options.profile, options.basket)
    scorer = inner_product(users, items)
    few = range(min(SLOW_USERS, options.users))
    block = BLOCK_BYTES // (4 * options.items)

    def blocked() -> None:
        ranks = rank(scorer, task, top=options.top).ranks
        metrics.all_metrics(ranks, KS, options.items)

    def blocked_scores() -> None:
        for start in range(0, options.users, block):
            scorer(task.users[start : start + block])

    def loop(places: Callable[[Array, Array, Array], Array]) -> None:
        for u in few:
            found = places(items @ users[u], task.relevant[u], task.hidden[u])
            slow_metrics(found, options.items - options.profile)

    def loop_scores() -> None:
        for u in few:
            items @ users[u]

    sides: dict[str, tuple[Callable[[], object], int]] = {
        BLOCKED: (blocked, options.users),
        PRODUCT: (blocked_scores, options.users),
        "loop, its scores": (loop_scores, len(few)),
    }
    for name, places in LOOPS.items():
        sides[name] = (partial(loop, places), len(few))
    # First of all, so that both sides are timed warm, with a heap that has grown to their blocks.
    n_metrics = check(scorer, task, np.asarray(few))
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(options.rounds):  # taking turns, so that a busy machine slows all
        for name, (work, n_users) in sides.items():
            times[name].append(timed(work, n_users))

    print(
        f"{options.users} users x {options.items} items x {options.dimension} dimensions, "
        f"{options.profile} known, {options.basket} to find; {torch.get_num_threads()} threads, "
        f"best of {options.rounds}"
    )
    wall = {name: min(each)[0] for name, each in times.items()}
    cpu = {name: min(used for _, used in each) for name, each in times.items()}
    print(f"{'ms a user':<18} {'wall':>8} {'CPU':>8}")
    for name in sides:
        print(f"{name:<18} {wall[name]:8.3f} {cpu[name]:8.3f}")
    print(
        f"the whole takes {wall[BLOCKED] / wall[PRODUCT]:.2f} times the product alone (wall), "
        f"{cpu[BLOCKED] / cpu[PRODUCT]:.2f} times (CPU)"
    )
    for name in LOOPS:
        print(
            f"{name}: {wall[name] / wall[BLOCKED]:.1f} times the whole in wall time "
            f"(at most {wall[name] / wall[PRODUCT]:.1f}, were all but the product free), "
            f"{cpu[name] / cpu[BLOCKED]:.1f} in CPU time (at most {cpu[name] / cpu[PRODUCT]:.1f})"
        )
    print(f"the same numbers: {n_metrics} metrics of {len(few)} users agree to 1e-6")


if __name__ == "__main__":
    main()
