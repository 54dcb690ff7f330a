"""What finds a work again in a changed picture, and what mistakes a look-alike for it.

`python -m benchmarks.bench_duplicates [--works N] [--asked N]` draws the demo collection, changes
pictures of it (saved anew, cropped, framed, turned, …), draws look-alikes, and prints Markdown: the
share of changed pictures whose work is found by each method, and the share of look-alikes for which
each suggests the work they look like. `--folder DIR` takes pictures from there instead; look-alikes
can only be drawn. Thresholds are those of the site. One process, one thread.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from artrec.features import load_extractor
from artrec.images.fingerprints import turned
from artrec.images.hashes import hamming, perceptual_hash
from artrec.images.sameness import NEAR_BITS, Picture, compare
from artrec.serving.transform import fit_transform_for
from benchmarks.changes import CHANGES, LOOK_ALIKES, Drawn, drawn, opened

NEIGHBOURS = 8
"""Works of the nearest look that are compared, as workers.tasks.duplicates does."""
OLD_BITS = 8
COSINE = 0.9
METHODS = ("pHash 64", "256 bits", "in 8 turns", "look alone", "nearest 8", "verified")


class Collection:
    """Pictures that are there, as each method reads them."""

    def __init__(self, images: list[Image.Image], extractor: str) -> None:
        self.extractor = load_extractor(extractor)
        start = perf_counter()
        self.pictures = [Picture(image) for image in images]
        self.seconds = (perf_counter() - start) / len(images)
        self.bits = np.stack([picture.bits for picture in self.pictures])
        self.hashes = [perceptual_hash(image) for image in images]
        features = np.concatenate([self._features(image) for image in images])
        self.transform = fit_transform_for(features, self.extractor.families)
        self.looks = self.transform.apply(features)
        self.compared, self.comparing = 0, 0.0

    def ask(self, image: Image.Image) -> dict[str, set[int]]:
        """Numbers of the pictures that each method takes for this one."""
        picture = Picture(image)
        own = perceptual_hash(image)
        cosines = self.looks @ self.transform.apply(self._features(image))[0]
        distances = np.count_nonzero(turned(picture.bits)[:, None] != self.bits[None], axis=2)
        nearest = set(np.argsort(-cosines)[:NEIGHBOURS].tolist())
        alike = set(np.flatnonzero(distances.min(0) <= NEAR_BITS).tolist())
        start = perf_counter()
        verified = {n for n in nearest | alike if compare(self.pictures[n], picture)}
        self.comparing += perf_counter() - start
        self.compared += len(nearest | alike)
        old = {n for n, known in enumerate(self.hashes) if hamming(own, known) <= OLD_BITS}
        same = set(np.flatnonzero(distances[0] <= NEAR_BITS).tolist())
        look = set(np.flatnonzero(cosines >= COSINE).tolist())
        return dict(zip(METHODS, (old, same, alike, look, nearest, verified), strict=True))

    def _features(self, image: Image.Image) -> NDArray[np.float32]:
        return self.extractor.extract([self.extractor.prepare(image)])


def report(
    title: str, collection: Collection, rows: dict[str, list[tuple[int, Image.Image]]]
) -> None:
    """A row for each change: how often its work is found, and how often another one."""
    print(f"\n| {title} | " + " | ".join(METHODS) + " |")
    print("|---|" + "---:|" * len(METHODS))
    strangers = dict.fromkeys(METHODS, 0)
    asked = 0
    for name, queries in rows.items():
        found = dict.fromkeys(METHODS, 0)
        for number, image in queries:
            asked += 1
            for method, hits in collection.ask(image).items():
                found[method] += number in hits
                strangers[method] += len(hits - {number})
        shares = (f"{100 * found[method] / len(queries):.0f} %" for method in METHODS)
        print(f"| {name} | " + " | ".join(shares) + " |", flush=True)
    others = (f"{strangers[method] / asked:.2f}" for method in METHODS)
    print("| *other works suggested, each time* | " + " | ".join(others) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--works", type=int, default=240, help="works that are there")
    parser.add_argument("--asked", type=int, default=60, help="works of which pictures are changed")
    parser.add_argument("--size", type=int, default=480, help="pixels of the longer side")
    parser.add_argument("--folder", type=Path, help="pictures instead of the drawn ones")
    parser.add_argument("--extractor", default="handmade")
    arguments = parser.parse_args()
    works: list[Drawn] = (
        opened(arguments.folder, arguments.works, arguments.size)
        if arguments.folder
        else drawn(arguments.works, arguments.size)
    )
    collection = Collection([work.image for work in works], arguments.extractor)
    # Spread over the styles, the same each time.
    chosen = np.random.default_rng(0).permutation(len(works))[: arguments.asked].tolist()
    changed: dict[str, list[tuple[int, Image.Image]]] = {
        name: [(n, change(works[n].image, np.random.default_rng([1, n]))) for n in chosen]
        for name, change in CHANGES.items()
    }
    print(f"{len(works)} works, {len(chosen)} of them changed; looks by {arguments.extractor}.")
    report("the same work", collection, changed)
    if not arguments.folder:
        makers: dict[str, Callable[..., Image.Image]] = LOOK_ALIKES
        alike = {name: [(n, make(works, n)) for n in chosen] for name, make in makers.items()}
        report("a look-alike", collection, alike)
    print(f"\nTo read a picture: {collection.seconds * 1000:.0f} ms;", end=" ")
    print(f"to compare two: {collection.comparing / collection.compared * 1000:.0f} ms.")


if __name__ == "__main__":
    main()
