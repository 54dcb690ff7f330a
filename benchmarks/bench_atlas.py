"""How far the map of a collection can be believed, how it ages, and what it costs as it grows.

    python -m benchmarks.bench_atlas quality STORE [--labels CSV --label style]
    python -m benchmarks.bench_atlas growth [--works 10000 50000 100000]

`quality` reads features written by `python -m artrec extract`, in the space in which the site looks
(z-scored, 256 components, length 1). UMAP and PaCMAP are measured as well where umap-learn and
pacmap are installed; the project does not need them. `growth` draws synthetic works of 256
dimensions in 200 groups, each size in a process of its own. Times are those of the processor, one
thread; trustworthiness and preservation are at 15 neighbours, over 2,000 works against all.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from time import process_time
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score

from artrec.atlas.alignment import align
from artrec.atlas.layers import layers
from artrec.atlas.matching import match
from artrec.atlas.measures import preservation, purity, triplet_accuracy, trustworthiness
from artrec.atlas.neighbours import principal_axes
from artrec.atlas.projection import Projection, project
from artrec.features.store import open_store
from artrec.serving.transform import fit_transform_for

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
ADDED: Final = 0.2


def quality(vectors: Floats, classes: NDArray[np.str_] | None) -> None:
    print(f"{len(vectors)} works.\n")
    print("| method | trustworthiness | neighbours kept | triplets | CPU s |")
    print("|---|---:|---:|---:|---:|")
    drawn: dict[str, Floats] = {}
    for name, method in _methods():
        began = process_time()
        points = drawn[name] = np.asarray(method(vectors), dtype=np.float32)
        seconds = process_time() - began
        figures = (
            f"{measure(vectors, points):.3f}"
            for measure in (trustworthiness, preservation, triplet_accuracy)
        )
        print(f"| {name} | {' | '.join(figures)} | {seconds:.0f} |", flush=True)
    if classes is not None:
        print("\n| neighbourhoods | purity | mutual information |\n|---:|---:|---:|")
        for labels in layers(vectors, drawn["t-SNE"]):
            shared = adjusted_mutual_info_score(classes, labels)
            print(f"| {labels.max() + 1} | {purity(labels, classes):.3f} | {shared:.3f} |")
    _growing(vectors)


def _growing(vectors: Floats) -> None:
    """A fifth of the works comes later: how much of the map do they turn over?"""
    order = np.random.default_rng(0).permutation(len(vectors))
    old = np.sort(order[round(ADDED * len(vectors)) :])
    first = project(vectors[old])
    before = layers(vectors[old], first.points)
    start = np.full((len(vectors), 2), np.nan, dtype=np.float32)
    start[old] = first.points
    former = [np.full(len(vectors), -1, dtype=np.int64) for _ in before]
    for labels, all_labels in zip(before, former, strict=True):
        all_labels[old] = labels
    print(
        "\n| a fifth added | drift, median | kept neighbourhood, coarse to fine |\n|---|---:|---:|"
    )
    for name, where, whose in (("drawn afresh", None, None), ("from the former", start, former)):
        again = project(vectors, start=where)
        shared = np.stack([old, np.arange(len(old))], axis=1)
        moved, drift = align(again.points, first.points, shared)
        kept = (
            _kept(old, was, now)
            for was, now in zip(before, layers(vectors, moved, former=whose), strict=False)
        )
        shares = ", ".join(f"{100 * share:.0f} %" for share in kept)
        print(f"| {name} | {np.median(drift):.3f} | {shares} |", flush=True)


def _kept(old: Ints, was: Ints, now: Ints) -> float:
    before = dict(zip(old.tolist(), was.tolist(), strict=True))
    return match(before, dict(enumerate(now.tolist()))).stability


def _methods() -> Iterator[tuple[str, Callable[[Floats], Floats]]]:
    yield "two components", _components
    yield "t-SNE", lambda vectors: project(vectors).points
    if importlib.util.find_spec("umap"):
        umap = importlib.import_module("umap")
        yield "UMAP", umap.UMAP(random_state=0, n_jobs=1).fit_transform
    if importlib.util.find_spec("pacmap"):
        pacmap = importlib.import_module("pacmap")
        yield "PaCMAP", lambda vectors: pacmap.PaCMAP(random_state=0).fit_transform(vectors.copy())


def _components(vectors: Floats) -> Floats:
    mean, axes = principal_axes(vectors, 2)
    return np.asarray((vectors - mean) @ axes.T, dtype=np.float32)


def one_size(works: int) -> None:
    """A row of the table of growth; the process ends after it."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(200, 256)).astype(np.float32)
    vectors = centres[rng.integers(200, size=works)]
    vectors += rng.normal(size=vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    began = process_time()
    drawn: Projection = project(vectors)
    projected = process_time()
    sizes = [labels.max() + 1 for labels in layers(vectors, drawn.points)]
    clustered = process_time()
    drawn.place(vectors[:1000])
    placed = process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {works:,} | {projected - began:.0f} s | {clustered - projected:.1f} s "
        f"({', '.join(map(str, sizes))}) | {placed - clustered:.1f} s | {peak:.0f} MB |"
    )


def growth(sizes: list[int]) -> None:
    print("| works | projection | layers | 1,000 more placed | peak memory |")
    print("|---:|---:|---:|---:|---:|", flush=True)
    for works in sizes:
        again = [sys.executable, "-m", "benchmarks.bench_atlas", "one-size", str(works)]
        subprocess.run(again, check=True)


def _read(store: Path, labels: Path | None, column: str) -> tuple[Floats, NDArray[np.str_] | None]:
    """Vectors as served, without copies, and the label of each."""
    opened = open_store(store)
    matrix = np.asarray(opened.matrix, dtype=np.float32)
    _, distinct = np.unique(matrix, axis=0, return_index=True)
    rows = np.sort(distinct)
    vectors = fit_transform_for(matrix[rows], opened.families, max_dim=256).apply(matrix[rows])
    if labels is None:
        return vectors, None
    with labels.open(encoding="utf-8", newline="") as file:
        known = {PurePosixPath(row["file"]).name: row[column] for row in csv.DictReader(file)}
    return vectors, np.array([known[PurePosixPath(opened.ids[row]).name] for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    told = commands.add_parser("quality")
    told.add_argument("store", type=Path)
    told.add_argument("--labels", type=Path, help="CSV with a column file")
    told.add_argument("--label", default="style", help="its column of classes")
    grown = commands.add_parser("growth")
    grown.add_argument("--works", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    single = commands.add_parser("one-size")
    single.add_argument("works", type=int)
    arguments = parser.parse_args()
    if arguments.command == "quality":
        quality(*_read(arguments.store, arguments.labels, arguments.label))
    elif arguments.command == "growth":
        growth(arguments.works)
    else:
        one_size(arguments.works)


if __name__ == "__main__":
    main()
