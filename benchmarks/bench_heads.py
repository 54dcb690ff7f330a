"""What a head costs within a request: the query of a profile, its reasons, and re-ranking.

    python -m benchmarks.bench_heads [--rounds 31]

Models are fitted briefly, with their default dimensions, to a synthetic collection: 4,000 works of
ten camps, features of 512 dimensions, 400 collectors who mostly keep to a camp. So the heads are
real ones; what they recommend means nothing. Profiles are drawn as the collectors choose. Rows are
half floats, as a database gives them.

The greatest profile a request should bring is 100 works; 1,000 shows what more would cost.
Milliseconds of processor time of one thread, medians; the lengths take turns. "Reasons" is
`artrec.serving.evidence.evidence` for a profile of 50 works and 80 candidates, against the
candidates. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from time import thread_time
from typing import Any, Final

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import numpy as np
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.models.acf import ACF
from artrec.models.als import ALS
from artrec.models.blend import Blend
from artrec.models.blend_config import BlendConfig
from artrec.models.bpr_mf import BPRMF
from artrec.models.contract import Content, TrainingData
from artrec.models.curatornet import CuratorNet
from artrec.models.curatornet_plus import CuratorNetPlus
from artrec.models.export import export
from artrec.models.factor_regression import FactorRegression
from artrec.models.gru4rec import GRU4Rec
from artrec.models.gru4rec_config import GRU4RecConfig
from artrec.models.vbpr import VBPR, VBPRConfig
from artrec.models.visrank import VisRank, VisRankConfig
from artrec.models.visual_popularity import VisualPopularity
from artrec.serving.bundle import Bundle
from artrec.serving.evidence import evidence
from artrec.serving.rerank import mmr

Halves = NDArray[np.float16]

ITEMS, USERS, CAMPS, RAW = 4_000, 400, 10, 512
LENGTHS: Final = (5, 20, 100, 1_000)
CITED, SHOWN = 50, 80
POOL, PAGE = 300, 72
BRIEF: Final = {"epochs": 2, "validation": "none"}
LONGER: Final = {"epochs": 20, "validation": "none"}
"""Of models with users by id, which learn less per epoch."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    data, chance = collection(rng)
    profiles = [draw(rng, chance, length) for length in LENGTHS]
    heads = "".join(f" {length:,} works |" for length in LENGTHS)
    sys.stdout.write(f"| head | model | columns |{heads} reasons |\n|---|---|---:|")
    sys.stdout.write("---:|" * (len(LENGTHS) + 1) + "\n")
    for name, bundle, rows in bundles(data):
        stored = rows.astype(np.float16)
        costs = timed([asking(bundle, stored[profile]) for profile in profiles], rounds)
        costs += timed([citing(bundle, stored, draw(rng, chance, CITED))], max(3, rounds // 3))
        shown = " | ".join(f"{1e3 * cost:.2f}" for cost in costs)
        sys.stdout.write(f"| `{bundle.head}` | {name} | {bundle.dim} | {shown} |\n")
        sys.stdout.flush()
    vectors = rng.normal(size=(POOL, 256)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = rng.normal(size=POOL)
    (cost,) = timed([lambda: mmr(scores, vectors, diversity=0.3, limit=PAGE)], rounds)
    sys.stdout.write(f"\nmmr, {PAGE} of {POOL} candidates, 256 dimensions: {1e3 * cost:.2f} ms\n")


def collection(rng: np.random.Generator) -> tuple[TrainingData, NDArray[np.float64]]:
    """The data, and how likely a collector of the first camp chooses each work, (ITEMS,)."""
    camps = rng.integers(CAMPS, size=ITEMS)
    looks = rng.normal(size=(CAMPS, RAW))[camps] + 2 * rng.normal(size=(ITEMS, RAW))
    appeal = rng.pareto(2, size=ITEMS) + 0.2
    chances = np.where(camps == np.arange(CAMPS)[:, None], 10, 1) * appeal
    chances /= chances.sum(axis=1, keepdims=True)
    chosen = [draw(rng, chances[user % CAMPS], int(rng.integers(10, 80))) for user in range(USERS)]
    log = Interactions.build(
        np.repeat(np.arange(USERS), [len(each) for each in chosen]),
        np.concatenate(chosen),
        user_ids=[f"u{row}" for row in range(USERS)],
        item_ids=[f"i{row}" for row in range(ITEMS)],
    )
    content = Content({"deep": looks.astype(np.float32)}, artists=camps)
    return TrainingData(log, content), chances[0]


def draw(rng: np.random.Generator, chance: NDArray[np.float64], length: int) -> NDArray[np.int64]:
    return rng.choice(len(chance), size=length, replace=False, p=chance)


def bundles(data: TrainingData) -> Iterator[tuple[str, Bundle, NDArray[np.float32]]]:
    """Every head at the default dimensions of its models."""
    settings = {"curatornet-plus": {"training": BRIEF}, "vbpr": {"training": LONGER}}
    plans: list[tuple[str, Any, Any]] = [
        ("visual popularity", VisualPopularity, None),
        ("VisRank, average", VisRank, VisRankConfig(top=0)),
        ("VisRank, maximum", VisRank, None),
        ("ALS", ALS, None),
        ("factor regression", FactorRegression, None),
        ("BPR-MF", BPRMF, None),
        ("VBPR", VBPR, None),
        ("as DVBPR", VBPR, VBPRConfig(latent_dim=0, visual_dim=100, fold_in_l2=0.2)),
        ("ACF", ACF, None),
        ("CuratorNet", CuratorNet, None),
        ("CuratorNet plus", CuratorNetPlus, None),
        ("GRU4Rec", GRU4Rec, GRU4RecConfig(epochs=1)),
        ("Blend", Blend, BlendConfig(settings=settings)),
    ]
    for name, kind, config in plans:
        config = config or kind.Config()
        if hasattr(config, "training"):
            brief = LONGER if kind in (BPRMF, VBPR) else BRIEF
            config = replace(config, training=replace(config.training, **brief))
        yield name, *export(kind.fit(data, config))


def asking(bundle: Bundle, rows: Halves) -> Callable[[], object]:
    return lambda: bundle.user_vectors(rows)


def citing(bundle: Bundle, stored: Halves, profile: NDArray[np.int64]) -> Callable[[], object]:
    """Reasons for the best works outside of the profile."""
    rows = stored[profile]
    scores = (bundle.user_vectors(rows) @ stored.astype(np.float32).T).max(axis=0)
    scores[profile] = -np.inf
    shown = stored[np.argsort(-scores)[:SHOWN]]
    return lambda: evidence(bundle, rows, shown)


def timed(calls: list[Callable[[], object]], rounds: int) -> list[float]:
    """Median seconds of each, after one call that does not count."""
    taken: list[list[float]] = [[] for _ in calls]
    for turn in range(rounds + 1):
        for call, found in zip(calls, taken, strict=True):
            started = thread_time()
            call()
            if turn:
                found.append(thread_time() - started)
    return [median(found) for found in taken]


if __name__ == "__main__":
    main()
