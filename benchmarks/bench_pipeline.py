"""Does decoding hide behind the network? Pipeline images/s over forward-only images/s.

ResNet50 with random weights (the speed is the same), on the CPU unless told otherwise, on JPEGs
of 1 to 2 megapixels drawn here. Both are measured in turns within one run, so that a busy machine
slows them alike; the ratio of each turn counts, and the median of those is printed.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time

import numpy as np
from PIL import Image

from artrec.features import Extractor, extract_files, load_extractor
from artrec.features.extractor import Array
from artrec.images import open_image

SIDES = ((1280, 960), (960, 1280), (1600, 1200), (1200, 1200), (1500, 1000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=96, help="pictures per turn (default 96)")
    parser.add_argument("--turns", type=int, default=5, help="turns to take (default 5)")
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda or auto")
    parser.add_argument("--features", default="resnet50", help="backbone (default resnet50)")
    options = parser.parse_args()

    extractor = load_extractor(options.features, device=options.device, random_weights=True)
    files = draw_jpegs(options.images)
    prepared = [
        extractor.prepare(open_image(data, at_least=extractor.at_least).pixels) for data in files
    ]
    batch = extractor.batch_size
    forward_only(extractor, prepared[:batch], batch)  # warm-up
    forward, pipeline = [], []
    for _ in range(options.turns):
        forward.append(forward_only(extractor, prepared, batch))
        pipeline.append(whole(extractor, files))
    ratio = statistics.median(p / f for p, f in zip(pipeline, forward, strict=True))

    count, megapixels = len(files), np.mean([w * h for w, h in SIDES]) / 1e6
    print("## Feature pipeline\n")
    print(
        f"{extractor.name} on {options.device}, {count} JPEGs of {megapixels:.1f} megapixels on "
        f"average, batches of {batch}, median of {options.turns} turns.\n"
    )
    print("| | images/s |")
    print("|---|---|")
    print(f"| forward pass only | {statistics.median(forward):.1f} |")
    print(f"| files to features | {statistics.median(pipeline):.1f} |")
    print(f"| **pipeline over forward-only** (aim: at least 0.90) | **{ratio:.2f}** |\n")


def forward_only(extractor: Extractor, prepared: list[Array], batch: int) -> float:
    """Pictures per second of the network alone, from pictures ready in memory."""
    start = time.perf_counter()
    for first in range(0, len(prepared), batch):
        extractor.extract(prepared[first : first + batch])
    return len(prepared) / (time.perf_counter() - start)


def whole(extractor: Extractor, files: list[bytes]) -> float:
    """Pictures per second from the bytes of files to features."""
    start = time.perf_counter()
    for _, outcome in extract_files(files, extractor):
        assert isinstance(outcome, np.ndarray), outcome
    return len(files) / (time.perf_counter() - start)


def draw_jpegs(count: int) -> list[bytes]:
    """Pictures with soft forms and grain, so that they compress about as paintings do."""
    generator = np.random.default_rng(0)
    files = []
    for number in range(count):
        width, height = SIDES[number % len(SIDES)]
        forms = generator.integers(0, 256, (9, 12, 3), np.uint8)
        picture = np.asarray(Image.fromarray(forms).resize((width, height)), np.int16)
        grain = generator.normal(0, 12, (height, width, 1)).astype(np.int16)
        pixels = np.clip(picture + grain, 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
        files.append(buffer.getvalue())
    return files


if __name__ == "__main__":
    main()
