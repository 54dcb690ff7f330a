"""What it costs to find near fingerprints among many, with and without an index.

`python -m benchmarks.bench_fingerprints [--works N]` makes a database of its own, fills it with
random fingerprints, asks for pictures of which 30 of 256 bits were changed, in all eight turns as
the worker does, and drops it again. Prints Markdown.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import django
import numpy as np

from benchmarks.bench_queries import interleaved, scratch_database
from benchmarks.bench_search import fill

ASKED = 40
CHANGED = 30
MOST = 60


def compare(works: int) -> None:
    from django.db import connection

    from artrec.images.fingerprints import LENGTH, turned
    from webapp.duplicates import queries

    fill(works)
    rng = np.random.default_rng(0)
    with connection.cursor() as cursor:
        start = perf_counter()
        cursor.execute(
            "UPDATE duplicates_fingerprint SET bits = (SELECT string_agg((random() < 0.5)::int"
            "::text, '') FROM generate_series(1, 256 + 0 * artwork_id))::bit(256)"
        )
        cursor.execute("ANALYZE duplicates_fingerprint")
        seconds = perf_counter() - start
        cursor.execute(
            "SELECT artwork_id, bits::text FROM duplicates_fingerprint ORDER BY 1 LIMIT %s",
            [ASKED],
        )
        rows = cursor.fetchall()
    probes = []
    for pk, text in rows:
        bits = np.array([bit == "1" for bit in text])
        bits[rng.permutation(LENGTH)[:CHANGED]] ^= True
        probes.append((pk, ["".join("01"[int(b)] for b in way) for way in turned(bits)]))

    def ask(index: bool) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SET enable_indexscan = {'on' if index else 'off'}")
        return sum(pk in queries.alike(0, turns, most=MOST) for pk, turns in probes)

    found = {index: ask(index) for index in (False, True)}
    ms = interleaved({"exact": lambda: ask(False), "index": lambda: ask(True)}, 3)
    print(f"\n{works:,} fingerprints, written and indexed in {seconds:.0f} s\n")
    print("| | found | ms a picture, eight turns |")
    print("|---|---:|---:|")
    for index, name in ((False, "exact"), (True, "index")):
        print(f"| {name} | {found[index]} of {ASKED} | {ms[name] / ASKED:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--works", type=int, default=10_000)
    arguments = parser.parse_args()
    django.setup()
    with scratch_database():
        compare(arguments.works)


if __name__ == "__main__":
    main()
