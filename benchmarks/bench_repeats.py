"""Which pictures of a folder are in it twice: the same files, and what the desk would suggest.

`python -m benchmarks.bench_repeats FOLDER` compares every picture with every other by fingerprint,
looks closer at those that are near, as `workers.tasks.duplicates` does, and prints the pairs, to be
judged by eye. Parts and other photographs, which are found by their look, are not among them.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import defaultdict
from pathlib import Path

import numpy as np

from artrec.images import open_image
from artrec.images.borders import without_border
from artrec.images.fingerprints import Bits, fingerprint, turned
from artrec.images.sameness import NEAR_BITS, Picture, compare


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    same: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*.jpg")):
        same[hashlib.sha256(path.read_bytes()).hexdigest()].append(path)
    paths = [each[0] for each in same.values()]
    files = sum(map(len, same.values()))
    print(f"{files:,} files, {files - len(paths)} of them the same as another, byte by byte.\n")
    bits = np.stack([_bits(path) for path in paths])
    print("| one | the other | bits of 256 | details | suggested |")
    print("|---|---|---:|---:|---|")
    for number, path in enumerate(paths[1:], start=1):
        ways = turned(bits[number])[:, None]
        nearest = np.count_nonzero(ways != bits[:number], axis=2).min(0)
        for other in np.flatnonzero(nearest <= NEAR_BITS):
            found = compare(_picture(paths[other]), _picture(path))
            told = f"{found.details:.2f} | {found.kind.value}" if found else "| no"
            names = f"{paths[other].name} | {path.name}"
            print(f"| {names} | {nearest[other]} | {told} |", flush=True)


def _bits(path: Path) -> Bits:
    image = open_image(path).pixels
    return fingerprint(image.crop(without_border(image)))


def _picture(path: Path) -> Picture:
    return Picture(open_image(path).pixels)


if __name__ == "__main__":
    main()
