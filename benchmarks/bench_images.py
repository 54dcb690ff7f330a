"""What a picture costs to make, to send and to show, by format.

    python -m benchmarks.bench_images [--data FOLDER] [--pictures 12] [--widths 160 320 640 1280]

on pictures of a folder, else on works of the demo collection, drawn for this. Tables as Markdown:

- *At equal quality*: each format at the lowest of its qualities that looks no worse than the WebP
  that is served. How it looks is the mean SSIM (Wang et al. 2004, Gaussian window of 1.5 pixels) of
  luma and both chromas, weighed 8:1:1, against the picture before it was encoded. Bytes are of all
  pictures together, over those of WebP; times are processor time, a median per megapixel.
- *At import*: processor time for opening a picture and for all of its sizes in each format, as
  they are served.
"""

from __future__ import annotations

import argparse
import io
import itertools
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter

from artrec.images import make_variants, open_image, served_formats

WAYS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "WebP": ("webp", {"method": 2}),
    "WebP, method 4": ("webp", {"method": 4}),
    "JPEG": ("jpeg", {"optimize": True, "progressive": True}),
    **{f"AVIF, speed {speed}": ("avif", {"speed": speed, "max_threads": 1}) for speed in (6, 8, 9)},
}
SERVED: Final = 80
"""The quality of the WebP that the others are compared with."""
WEIGHTS: Final = (0.8, 0.1, 0.1)
T = TypeVar("T")
Planes = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One picture in one way, at the quality at which it looks as good as the WebP."""

    quality: int
    size: int
    megapixels: float
    encode: float
    decode: float


def ssim(a: Image.Image, b: Image.Image) -> float:
    """Structural similarity of two pictures of one size, at most 1; luma counts most."""
    scores = (_plane_ssim(x, y) for x, y in zip(_planes(a), _planes(b), strict=True))
    return sum(weight * score for weight, score in zip(WEIGHTS, scores, strict=True))


def matched(picture: Image.Image, way: str, target: float) -> Trial:
    """Encode at the lowest quality that reaches the target, found by halving."""
    kind, options = WAYS[way]
    low, high = 20, 95
    while low < high:
        middle = (low + high) // 2
        if ssim(picture, _decoded(_encoded(picture, kind, middle, options))) >= target:
            high = middle
        else:
            low = middle + 1
    return trial(picture, way, high)


def trial(picture: Image.Image, way: str, quality: int) -> Trial:
    """Encode and decode at a quality, and time both."""
    kind, options = WAYS[way]
    encode, data = _timed(partial(_encoded, picture, kind, quality, options))
    decode, _ = _timed(partial(_decoded, data))
    return Trial(quality, len(data), picture.width * picture.height / 1e6, encode, decode)


def at_equal_quality(pictures: list[Path], width: int) -> None:
    """Print the table of one width."""
    found: defaultdict[str, list[Trial]] = defaultdict(list)
    for path in pictures:
        picture = open_image(path).pixels
        if picture.width < width:
            continue
        height = round(picture.height * width / picture.width)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
        kind, options = WAYS["WebP"]
        served = _encoded(picture, kind, SERVED, options)
        target = ssim(picture, _decoded(served))
        found["WebP"].append(trial(picture, "WebP", SERVED))
        for way in WAYS.keys() - {"WebP"}:
            found[way].append(matched(picture, way, target))
    if not found:
        return
    print(f"{width} pixels wide, {len(found['WebP'])} pictures\n")
    print("| | quality | bytes over WebP | encode, ms per MP | decode, ms per MP |")
    print("|---|---:|---:|---:|---:|")
    whole = sum(each.size for each in found["WebP"])
    for way in WAYS:
        trials = found[way]
        cells = (
            f"{median(each.quality for each in trials):.0f}",
            f"{sum(each.size for each in trials) / whole:.2f}",
            f"{1000 * median(each.encode / each.megapixels for each in trials):.0f}",
            f"{1000 * median(each.decode / each.megapixels for each in trials):.0f}",
        )
        print(f"| {way} | " + " | ".join(cells) + " |", flush=True)
    print()


def at_import(pictures: list[Path]) -> None:
    """Print what all sizes of a picture cost, as they are served."""
    opening: list[float] = []
    making: defaultdict[str, list[float]] = defaultdict(list)
    sizes: defaultdict[str, int] = defaultdict(int)
    for path in pictures:
        seconds, opened = _timed(partial(open_image, path))
        opening.append(seconds)
        for kind in served_formats():
            made = partial(make_variants, opened.pixels, formats=[kind])
            seconds, variants = _timed(lambda made=made: list(made()))  # type: ignore[misc]
            making[kind].append(seconds)
            sizes[kind] += sum(len(each.data) for each in variants)
    print(f"All sizes of a picture, {len(pictures)} pictures\n")
    print("| | processor time, ms | kB |")
    print("|---|---:|---:|")
    print(f"| open | {1000 * median(opening):.0f} | |")
    for made_of, taken in making.items():
        kilobytes = sizes[made_of] / len(pictures) / 1000
        print(f"| {made_of} | {1000 * median(taken):.0f} | {kilobytes:.0f} |")


@contextmanager
def chosen(data: Path | None, count: int) -> Iterator[list[Path]]:
    """The first pictures of a folder, else works of the demo collection."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = data or Path(temporary) / "demo"
        if data is None:
            command = [sys.executable, "-m", "artrec", "demo", str(folder), "--size", "2200"]
            subprocess.run([*command, "--works", str(count)], check=True)
        images = folder / "images" if (folder / "images").is_dir() else folder
        files = (path for path in sorted(images.rglob("*")) if path.is_file())
        yield list(itertools.islice(files, count))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with pictures, or with images/")
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--widths", type=int, nargs="+", default=[160, 320, 640, 1280])
    options = parser.parse_args()
    with chosen(options.data, options.pictures) as pictures:
        for width in options.widths:
            at_equal_quality(pictures, width)
        at_import(pictures)


def _planes(picture: Image.Image) -> list[Planes]:
    return [np.asarray(band, np.float64) for band in picture.convert("YCbCr").split()]


def _plane_ssim(x: Planes, y: Planes) -> float:
    blur = partial(gaussian_filter, sigma=1.5, truncate=3.5)
    mean_x, mean_y = blur(x), blur(y)
    var_x, var_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float(np.mean(likeness / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))))


def _encoded(picture: Image.Image, kind: str, quality: int, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, quality=quality, **options)
    return buffer.getvalue()


def _decoded(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture.convert("RGB")


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    started = time.process_time()
    result = act()
    return time.process_time() - started, result


if __name__ == "__main__":
    main()
