"""Which index a space gets, by recall measured on its own vectors.

Recall on queries that are items flatters an index: at a million vectors HNSW found .945 of an
item's neighbours and .62 of those of the mean of two styles. So it is measured on three kinds of
query, and the worst counts; and again among the neighbours left when the nearest 500 were seen,
where clusters end and an index must look much wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from time import perf_counter
from typing import Any, Final

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from webapp.vectors.indexes import (
    MAX_INDEXED_DIM,
    Kind,
    build_index,
    build_parameters,
    drop_index,
    drop_indexes,
    index_bytes,
)
from webapp.vectors.models import Space, Vector
from webapp.vectors.queries import Neighbour, search, vectors_of
from webapp.vectors.routing import DEEP, EXACT, SHALLOW, Route, index_route

EXACT_BELOW: Final = 50_000
"""Rows below which every query is a full comparison: about 15 ms at 200 dimensions, recall 1."""
TARGET: Final = 0.99
"""Recall an index must reach on every kind of query."""
QUERIES: Final = 40
"""Queries of each kind."""
EF_STEPS: Final = (40, 80, 160, 320, 640, 1000)
PROBE_SHARES: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)

Report = dict[str, Any]
Queries = dict[str, NDArray[np.float16]]
Answers = dict[str, list[list[Neighbour]]]


def choose_index(space: Space, *, exact_below: int = EXACT_BELOW, seed: int = 0) -> Report:
    """Build the index that suits `space`, or none, and note the choice and why in its row.

    Each candidate is built and searched deeper until it reaches `TARGET`. Of those that do, the
    ones that also reach it past 500 seen works go first, then the fastest; and none of them, if
    comparing everything is faster. Queries go on meanwhile.
    """
    rows = Vector.objects.filter(space=space).count()
    report: Report = {"chosen": "exact", "rows": rows}
    if rows < exact_below:
        return _settle(space, report | {"why": f"below {exact_below} rows"})
    if space.scored > MAX_INDEXED_DIM:
        return _settle(space, report | {"why": f"above {MAX_INDEXED_DIM} dimensions"})

    candidates, exact_ms = measure(space, rows, seed=seed)
    fit = [entry for entry in candidates if entry["reached"] and entry["ms"] < exact_ms]
    if fit:
        best = min(fit, key=lambda entry: (not entry["reached_deep"], entry["ms"]))
        report |= {"chosen": best["kind"]} | best["parameters"]
    return _settle(space, report | {"exact_ms": exact_ms, "candidates": candidates})


def drop_unused(space: Space) -> None:
    """Drop the indexes of `space` that queries are not sent to."""
    if space.index == "exact":
        drop_indexes(space)
    else:
        drop_index(space, "hnsw" if space.index == "ivfflat" else "ivfflat")


def measure(space: Space, rows: int, *, seed: int = 0) -> tuple[list[Report], float]:
    """Build every kind of index and measure it; also the milliseconds of a full comparison."""
    queries = audit_queries(space, seed=seed)
    truth, exact_ms = _answers(space, EXACT, queries, limit=DEEP)
    # IVFFlat first: it is built in a fraction of the time.
    kinds: tuple[Kind, ...] = ("ivfflat", "hnsw")
    return [_try(space, kind, rows, queries, truth) for kind in kinds], exact_ms


def audit_queries(space: Space, *, seed: int = 0) -> Queries:
    """Return `QUERIES` queries of each kind, drawn from the space's own vectors.

    "item" is a work, "interest" the mean of a work and its four nearest, "taste" the mean of two
    works that look unlike each other.
    """
    ids = np.array(Vector.objects.filter(space=space).values_list("artwork_id", flat=True))
    generator = np.random.default_rng(seed)
    drawn = generator.choice(np.sort(ids), size=min(4 * QUERIES, len(ids)), replace=False)
    pool = _scored(space, drawn.tolist())
    pool = pool[generator.permutation(len(pool))]
    items = pool[:QUERIES]
    likeness = items @ pool.T
    ranks = np.argsort(likeness, axis=1)
    unlike = pool[ranks[:, len(pool) // 4]]
    near = search(space, EXACT, items.astype(np.float16), limit=5)
    means = [_scored(space, [hit.artwork_id for hit in hits]).mean(axis=0) for hits in near]
    kinds = {"item": items, "interest": np.stack(means), "taste": (items + unlike) / 2}
    return {name: values.astype(np.float16) for name, values in kinds.items()}


def _scored(space: Space, artwork_ids: Sequence[int]) -> NDArray[np.float32]:
    """Return what of these works' vectors is compared: (n, scored)."""
    return vectors_of(space, artwork_ids)[1][:, : space.scored]


def _try(space: Space, kind: Kind, rows: int, queries: Queries, truth: Answers) -> Report:
    """Build one candidate and search deeper until it is good enough, shallow and deep."""
    parameters = build_parameters(kind, rows)
    start = perf_counter()
    build_index(space, kind, parameters)
    built = round(perf_counter() - start, 1)
    name: str = "ef_search"
    steps: tuple[int, ...] = EF_STEPS
    if kind == "ivfflat":
        lists = parameters["lists"]
        name = "probes"
        steps = tuple(sorted({ceil(share * lists) for share in PROBE_SHARES}))

    def search_with(step: int, limit: int) -> tuple[dict[str, float], float]:
        trial = Space(pk=space.pk, dim=space.dim, scored=space.scored, index=kind)
        trial.index_report = parameters | {"rows": rows, name: [step, step]}
        way, _ = index_route(trial, limit=limit, matches=rows, excluded=0)
        found, ms = _answers(space, way, queries, limit=limit)
        # At DEEP only the last places count: the others are what the visitor has seen.
        return {key: _recall(found[key], truth[key], limit) for key in queries}, ms

    recall: dict[str, float] = {}
    ms, shallow = 0.0, steps[-1]
    for shallow in steps:
        recall, ms = search_with(shallow, SHALLOW)
        if min(recall.values()) >= TARGET:
            break
    deep_recall: dict[str, float] = {}
    deep = steps[-1]
    for deep in (step for step in steps if step >= shallow):
        deep_recall, _ = search_with(deep, DEEP)
        if min(deep_recall.values()) >= TARGET:
            break
    return {
        "kind": kind,
        "parameters": parameters | {name: [shallow, deep]},
        "recall": recall,
        "reached": min(recall.values()) >= TARGET,
        "recall_deep": deep_recall,
        "reached_deep": min(deep_recall.values()) >= TARGET,
        "ms": ms,
        "build_seconds": built,
        "bytes": index_bytes(space, kind),
    }


def _answers(space: Space, way: Route, queries: Queries, *, limit: int) -> tuple[Answers, float]:
    """Answer the queries one by one; also the median time of one in milliseconds."""
    found: Answers = {}
    times = []
    for name, rows in queries.items():
        found[name] = []
        for row in rows:
            start = perf_counter()
            found[name] += search(space, way, row[None], limit=limit)
            times.append(perf_counter() - start)
    return found, round(1000 * float(np.median(times)), 2)


def _recall(
    found: Sequence[Sequence[Neighbour]], truth: Sequence[Sequence[Neighbour]], limit: int
) -> float:
    """Share found of the true neighbours at the last `SHALLOW` of `limit` places."""
    hits = wanted = 0
    for got, true in zip(found, truth, strict=True):
        last = {hit.artwork_id for hit in true[max(0, limit - SHALLOW) : limit]}
        wanted += len(last)
        hits += len(last & {hit.artwork_id for hit in got})
    return round(hits / max(wanted, 1), 4)


def _settle(space: Space, report: Report) -> Report:
    """Write the choice, then drop what queries no longer use."""
    report |= {"measured": timezone.now().isoformat(timespec="seconds")}
    space.index, space.index_report = report["chosen"], report
    Space.objects.filter(pk=space.pk).update(index=space.index, index_report=report)
    drop_unused(space)
    return report
