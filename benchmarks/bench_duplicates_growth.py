"""What comparing a new work costs, and what it mistakes, as the collection grows.

`python -m benchmarks.bench_duplicates_growth [--works 1000 10000]` draws works of the demo
collection into files, asks with changed pictures of some of them as `workers.tasks.duplicates`
does, and prints Markdown. Candidates are found here by going through all works; the site asks two
indexes (`bench_fingerprints`, `bench_queries`). Memory is what comparing adds to the process. One
process, one thread.
"""

from __future__ import annotations

import argparse
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import numpy as np
import psutil
from PIL import Image

from artrec.features import load_extractor
from artrec.images import open_image
from artrec.images.fingerprints import LENGTH, fingerprint, turned
from artrec.images.matching import LOOKED_AT
from artrec.images.sameness import NEAR_BITS, Picture, compare
from artrec.serving.transform import fit_transform_for
from benchmarks.bench_duplicates import NEIGHBOURS
from benchmarks.changes import CHANGES, drawing

ASKED_BY: Final = ("recompressed, JPEG 25", "mirrored", "cropped to 70 %")
REMEMBERED: Final = 64
"""Pictures, as a worker remembers them."""
SIZE: Final = 480


def row(folder: Path, works: int, asked: int) -> str:
    """Draw so many works and ask; return a row of the table."""
    extractor = load_extractor("handmade")
    bits = np.empty((works, LENGTH), bool)
    drawn = []
    for number, work in enumerate(drawing(works, SIZE)):
        work.image.save(folder / f"{number}.jpg", quality=90)
        bits[number] = fingerprint(work.image)
        drawn.append(extractor.extract([extractor.prepare(work.image)]))
    features = np.concatenate(drawn)
    transform = fit_transform_for(features, extractor.families)
    looks = transform.apply(features)

    @lru_cache(REMEMBERED)
    def picture(number: int) -> Picture:
        file = folder / f"{number}.jpg"
        return Picture(open_image(file, at_least=LOOKED_AT // 2).pixels)

    process = psutil.Process()
    before = most = process.memory_info().rss
    found = dict.fromkeys(ASKED_BY, 0)
    others, compared, seconds = 0, 0, []
    for number in np.random.default_rng(0).permutation(works)[:asked].tolist():
        with Image.open(folder / f"{number}.jpg") as opened:
            whole = opened.convert("RGB")
        for name in ASKED_BY:
            changed = CHANGES[name](whole, np.random.default_rng([1, number]))
            look = transform.apply(extractor.extract([extractor.prepare(changed)]))[0]
            start = perf_counter()
            own = Picture(changed)
            distances = np.count_nonzero(turned(own.bits)[:, None] != bits[None], axis=2).min(0)
            candidates = {*np.argsort(-(looks @ look))[:NEIGHBOURS].tolist()}
            candidates |= {*np.flatnonzero(distances <= NEAR_BITS).tolist()}
            same = {other for other in candidates if compare(picture(other), own)}
            seconds.append(perf_counter() - start)
            found[name] += number in same
            others += len(same - {number})
            compared += len(candidates)
            most = max(most, process.memory_info().rss)
    shares = (f"{100 * found[name] / asked:.0f} %" for name in ASKED_BY)
    asks = len(seconds)
    numbers = (f"{others / asks:.2f}", f"{compared / asks:.1f}", f"{1000 * np.median(seconds):.0f}")
    return f"| {works:,} | {' | '.join((*shares, *numbers))} | {(most - before) / 1e6:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--works", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--asked", type=int, default=60, help="works of which pictures are changed")
    options = parser.parse_args()
    heads = ("works", *ASKED_BY, "other works suggested", "compared", "ms a new work", "MB")
    print(f"| {' | '.join(heads)} |")
    print("|---:" * len(heads) + "|")
    for works in options.works:
        with TemporaryDirectory() as folder:
            print(row(Path(folder), works, options.asked), flush=True)


if __name__ == "__main__":
    main()
