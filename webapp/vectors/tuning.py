"""Which index a space gets, by recall measured on its own vectors.

Recall on queries that are items flatters an index: at a million vectors HNSW found .945 of an
item's neighbours and .62 of those of the mean of two styles. So it is measured on three kinds of
query, and the worst counts.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from webapp.vectors.routing import EXACT, Route, index_route

EXACT_BELOW: Final = 50_000
"""Rows below which every query is a full comparison: about 15 ms at 200 dimensions, recall 1."""
TARGET: Final = 0.99
"""Recall an index must reach on every kind of query."""
RECALL_AT: Final = 20
QUERIES: Final = 40
"""Queries of each kind."""
EF_STEPS: Final = (40, 80, 160, 320, 640, 960)
PROBE_SHARES: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)

Report = dict[str, Any]


def choose_index(space: Space, *, exact_below: int = EXACT_BELOW, seed: int = 0) -> Report:
    """Build the index that suits `space`, or none, and note the choice and why in its row.

    Each candidate is built and its search depth raised until it reaches `TARGET`. The fastest of
    those that do wins, if it is faster than comparing everything. Queries go on meanwhile.
    """
    rows = Vector.objects.filter(space=space).count()
    if rows < exact_below:
        return _settle(space, {"chosen": "exact", "rows": rows, "why": f"below {exact_below} rows"})
    if space.dim > MAX_INDEXED_DIM:
        why = f"above {MAX_INDEXED_DIM} dimensions"
        return _settle(space, {"chosen": "exact", "rows": rows, "why": why})

    queries = audit_queries(space, seed=seed)
    truth, exact_ms = _answers(space, EXACT, queries)
    # IVFFlat first: it is built in a fraction of the time.
    candidates = [_try(space, kind, rows, queries, truth) for kind in ("ivfflat", "hnsw")]
    fit = [entry for entry in candidates if min(entry["recall"].values()) >= TARGET]
    best = min(fit, key=lambda entry: float(entry["ms"]), default=None)
    report: Report = {"chosen": "exact", "rows": rows}
    if best is not None and best["ms"] < exact_ms:
        report |= {"chosen": best["kind"]} | best["parameters"] | best["search"]
    return _settle(space, report | {"exact_ms": exact_ms, "candidates": candidates})


def audit_queries(space: Space, *, seed: int = 0) -> dict[str, NDArray[np.float16]]:
    """Return `QUERIES` queries of each kind, drawn from the space's own vectors.

    "item" is a work, "interest" the mean of a work and its four nearest, "taste" the mean of two
    works that look unlike each other.
    """
    ids = np.array(Vector.objects.filter(space=space).values_list("artwork_id", flat=True))
    generator = np.random.default_rng(seed)
    drawn = generator.choice(np.sort(ids), size=min(4 * QUERIES, len(ids)), replace=False)
    _, pool = vectors_of(space, drawn.tolist())
    pool = pool[generator.permutation(len(pool))]
    items = pool[:QUERIES]
    likeness = items @ pool.T
    ranks = np.argsort(likeness, axis=1)
    unlike = pool[ranks[:, len(pool) // 4]]
    near = search(space, EXACT, items.astype(np.float16), limit=5)
    means = [vectors_of(space, [hit.artwork_id for hit in hits])[1].mean(axis=0) for hits in near]
    kinds = {"item": items, "interest": np.stack(means), "taste": (items + unlike) / 2}
    return {name: values.astype(np.float16) for name, values in kinds.items()}


def _try(
    space: Space,
    kind: Kind,
    rows: int,
    queries: dict[str, NDArray[np.float16]],
    truth: dict[str, list[list[Neighbour]]],
) -> Report:
    """Build one candidate and search deeper until it is good enough."""
    parameters = build_parameters(kind, rows)
    start = perf_counter()
    build_index(space, kind, parameters)
    built = perf_counter() - start
    entry: Report = {}
    for depth in _depths(kind, parameters):
        way = _way(space, kind, rows, parameters | depth)
        found, ms = _answers(space, way, queries)
        recall = {name: round(_recall(found[name], truth[name]), 4) for name in queries}
        entry = {"kind": kind, "parameters": parameters, "search": depth, "recall": recall}
        entry |= {"ms": ms, "build_seconds": round(built, 1), "bytes": index_bytes(space, kind)}
        if min(recall.values()) >= TARGET:
            break
    return entry


def _depths(kind: Kind, parameters: dict[str, int]) -> Iterator[dict[str, int]]:
    if kind == "hnsw":
        yield from ({"ef_search": step} for step in EF_STEPS)
    else:
        yield from ({"probes": ceil(share * parameters["lists"])} for share in PROBE_SHARES)


def _way(space: Space, kind: Kind, rows: int, report: Report) -> Route:
    """Return the route queries will take once `report` is the space's."""
    trial = Space(pk=space.pk, dim=space.dim, index=kind, index_report=report | {"rows": rows})
    return index_route(trial, limit=RECALL_AT, matches=rows, excluded=0)


def _answers(
    space: Space, way: Route, queries: dict[str, NDArray[np.float16]]
) -> tuple[dict[str, list[list[Neighbour]]], float]:
    """Answer the queries one by one; also the median time of one in milliseconds."""
    found: dict[str, list[list[Neighbour]]] = {}
    times = []
    for name, rows in queries.items():
        found[name] = []
        for row in rows:
            start = perf_counter()
            found[name] += search(space, way, row[None], limit=RECALL_AT)
            times.append(perf_counter() - start)
    return found, round(1000 * float(np.median(times)), 2)


def _recall(found: list[list[Neighbour]], truth: list[list[Neighbour]]) -> float:
    """Share of the true neighbours found; one as good as the last true one counts as true."""
    hits = wanted = 0
    for got, true in zip(found, truth, strict=True):
        wanted += len(true)
        hits += sum(hit.score >= true[-1].score - 1e-6 for hit in got) if true else 0
    return hits / max(wanted, 1)


def _settle(space: Space, report: Report) -> Report:
    """Write the choice, then drop what queries no longer use."""
    report |= {"measured": timezone.now().isoformat(timespec="seconds")}
    space.index, space.index_report = report["chosen"], report
    Space.objects.filter(pk=space.pk).update(index=space.index, index_report=report)
    if space.index == "exact":
        drop_indexes(space)
    else:
        drop_index(space, "hnsw" if space.index == "ivfflat" else "ivfflat")
    return report
