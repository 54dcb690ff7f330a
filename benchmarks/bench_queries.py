"""What a nearest-neighbour query costs, as ratios to what it cannot do without.

`python -m benchmarks.bench_queries [--works N]` makes a database of its own, fills it with
synthetic works, measures interleaved and drops it again. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from statistics import median
from time import perf_counter

import django
import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
os.environ.setdefault("ARTREC_PLAIN_HTTP", "1")

DIM, LIMIT = 200, 24


@contextmanager
def scratch_database() -> Iterator[None]:
    """Migrate an empty database beside the real one, and drop it at the end."""
    from django.conf import settings
    from django.db import connection

    from webapp import embedded

    settings.IMPRESSIONS_FLUSH_SECONDS = 0  # its thread would hold on to what is dropped at the end
    embedded.start_if_needed()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def interleaved(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each way, taking turns so that noise hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 2):
        for name, way in ways.items():
            start = perf_counter()
            way()
            if turn >= 2:  # the first ones warm the caches
                times[name].append(1000 * (perf_counter() - start))
    return {name: median(values) for name, values in times.items()}


def compare(works: int, rounds: int) -> None:
    from django.db import connection

    from tests.webapp.vectors.crowd import clustered, make_space_of, make_works
    from webapp.vectors.encoding import to_text
    from webapp.vectors.filters import Filters
    from webapp.vectors.queries import nearest, nearest_many
    from webapp.vectors.tuning import choose_index

    vectors = clustered(works, DIM, clusters=max(10, works // 500))
    ids = make_works(works)
    space = make_space_of(ids, vectors)
    generator = np.random.default_rng(1)

    def query() -> NDArray[np.float32]:
        row: NDArray[np.float32] = vectors[generator.integers(works)]
        return row

    def numpy_scan() -> object:
        scores = vectors @ query()
        return np.argpartition(-scores, LIMIT)[:LIMIT]

    def bare(order: str) -> Callable[[], object]:
        sql = (
            f"SELECT artwork_id, {order} AS d FROM vectors_vector"
            f" WHERE space_id = {space.pk} ORDER BY d LIMIT {LIMIT}"
        )

        def run() -> object:
            with connection.cursor() as cursor:
                cursor.execute(sql, [to_text(query().astype(np.float16))])
                return cursor.fetchall()

        return run

    seen = ids[:500]
    filters = {f"{share:g} %": Filters(price_max=Decimal(10 * share) - 1) for share in (50, 10, 1)}
    ways: dict[str, Callable[[], object]] = {
        "bare": bare("values <#> %s::halfvec"),
        "numpy": numpy_scan,
        "exact": lambda: nearest(space, query(), limit=LIMIT),
        "ten at once": lambda: nearest_many(space, vectors[:10], limit=LIMIT),
        "500 seen": lambda: nearest(space, query(), limit=LIMIT, exclude=seen),
    }
    for name, chosen in filters.items():
        ways[name] = lambda chosen=chosen: nearest(  # type: ignore[misc]
            space, query(), limit=LIMIT, filters=chosen
        )
    ms = interleaved(ways, rounds)
    print(f"\n{works:,} works × {DIM} dimensions, best {LIMIT}, medians of {rounds}\n")
    print("| exact | ms | ratio |\n|---|---:|---|")
    print(f"| bare SQL kNN | {ms['bare']:.2f} | {ms['bare'] / ms['numpy']:.2f} × NumPy |")
    for name in ways:
        if name not in {"bare", "numpy"}:
            label = "nearest()" if name == "exact" else f"nearest(), {name}"
            print(f"| {label} | {ms[name]:.2f} | {ms[name] / ms['bare']:.2f} × bare SQL |")

    report = choose_index(space, exact_below=0)
    for entry in report["candidates"]:
        worst = min(entry["recall"].values())
        print(
            f"\n{entry['kind']}: recall@20 at worst {worst:.3f}, {entry['ms']} ms,"
            f" built in {entry['build_seconds']} s, {entry['bytes'] / 1e6:.0f} MB",
            end="",
        )
    print(f"\n\nchosen: {report['chosen']}; a full comparison took {report['exact_ms']} ms")
    if report["chosen"] == "exact":
        return
    ms = interleaved({name: way for name, way in ways.items() if name != "numpy"}, rounds)
    print("\n| with the chosen index | ms | ratio to bare exact SQL |\n|---|---:|---|")
    for name, value in ms.items():
        if name != "bare":
            label = "nearest()" if name == "exact" else f"nearest(), {name}"
            print(f"| {label} | {value:.2f} | {value / ms['bare']:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    django.setup()
    with scratch_database():
        compare(arguments.works, arguments.rounds)


if __name__ == "__main__":
    main()
