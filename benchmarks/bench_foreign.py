"""How often the site says "no good match" of pictures unlike the collection, and of others like it.

`python -m benchmarks.bench_foreign COLLECTION FOREIGN [--features NAME] [--weights DIR]
[--works N] [--asked N]` fits a space on N pictures of one folder, asks by others of it and by
pictures of the second folder, and prints Markdown: of which share each test of the site says so.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ImageError
from artrec.features import Extractor, extract_files, load_extractor
from artrec.serving.transform import fit_transform_for, with_usual_share

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SAMPLE, UNUSUAL = 32, 0.1
"""As `workers.answering` has them."""

Rows = NDArray[np.float32]


def drawn(folder: Path, count: int, extractor: Extractor) -> Rows:
    """Features of pictures drawn by lot; those that cannot be opened are passed over."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    order = np.random.default_rng(0).permutation(len(paths))[:count]
    outcomes = extract_files([paths[place] for place in order], extractor)
    found = {place: row for place, row in outcomes if not isinstance(row, ImageError)}
    rows = np.stack([found[place] for place in sorted(found)])
    return rows.astype(np.float16).astype(np.float32)  # as the site keeps them


def main() -> int:
    """Fit, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path)
    parser.add_argument("foreign", type=Path)
    parser.add_argument("--features", default="handmade")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--works", type=int, default=1000)
    parser.add_argument("--asked", type=int, default=500)
    options = parser.parse_args()
    extractor = load_extractor(options.features, weights=options.weights, allow_download=False)
    rows = drawn(options.collection, options.works + options.asked, extractor)
    works, own = np.split(rows, [options.works])
    others = drawn(options.foreign, options.asked, extractor)

    transform = with_usual_share(fit_transform_for(works, extractor.families), works)
    vectors = transform.apply(works)
    spread = np.linspace(0, len(vectors) - 1, SAMPLE).astype(int)
    likeness = vectors[spread] @ vectors.T
    likeness[np.arange(SAMPLE), spread] = -1
    usual = np.quantile(likeness.max(axis=1), UNUSUAL)

    sys.stdout.write("| pictures | nothing near | foreign | either |\n|---|---:|---:|---:|\n")
    for name, asked in ((options.collection.name, own), (options.foreign.name, others)):
        far = (transform.apply(asked) @ vectors.T).max(axis=1) < usual
        foreign = transform.is_foreign(asked)
        shares = (each.mean() for each in (far, foreign, far | foreign))
        cells = " | ".join(f"{share:.0%}" for share in shares)
        sys.stdout.write(f"| {len(asked)} of {name} | {cells} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
