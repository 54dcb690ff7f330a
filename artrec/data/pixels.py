"""Pictures decoded once: one memory-mapped uint8 array and a JSON header that names its rows.

A model that learns from pixels touches every picture many times, and decoding costs more than a
small network. The header is replaced last and in one step, so a reader finds the old pair or the
new one.
"""

from __future__ import annotations

import json
import os
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from artrec.errors import ConfigError, DataError, ImageError, ShapeError
from artrec.images import Limits, centre_crop, fit_padded, open_image

Fit = Literal["pad", "crop", "squash"]
Pixels = NDArray[np.uint8]

FORMAT: Final = 1
HEADER: Final = "pixels.json"
_AHEAD: Final = 64  # decoded pictures that may wait for their turn, per thread


@dataclass(frozen=True, slots=True, eq=False)
class PixelStore:
    """An opened store. Pictures are read from disk when they are touched."""

    ids: tuple[str, ...]
    """One per row, unique."""
    pixels: Pixels
    """(N, S, S, 3) RGB, memory-mapped, read-only."""
    fit: Fit
    """How pictures were made square."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the pictures."""

    rows: int
    refused: dict[str, str]
    """Id to the reason, of pictures that could not be opened and were left out."""


def write_pixels(
    folder: Path,
    pictures: Sequence[tuple[str, Path]],
    *,
    size: int,
    fit: Fit = "pad",
    threads: int | None = None,
    limits: Limits | None = None,
) -> Written:
    """Decode pictures in threads and store them; replaces an older store. A bad one is left out.

    Args:
        folder: Made if missing.
        pictures: Ids, each once, and files.
        size: S, side of the square in pixels.
        fit: `pad` shows the whole picture on grey, `crop` cuts its middle square, `squash` ignores
            its ratio, as DVBPR's published code does.
        threads: Decoding threads; None for one per core, at most 16.
        limits: What is refused; None for the library's usual limits.

    Raises:
        ConfigError: If the size is below 1, or the fit unknown.
        ShapeError: If an id repeats.
        DataError: If not one of the pictures could be used; an older store is left as it was.
    """
    if size < 1 or fit not in get_args(Fit):
        known = ", ".join(get_args(Fit))
        raise ConfigError(f"size must be 1 or more and fit one of {known}: {size}, {fit!r}.")
    if len({key for key, _ in pictures}) < len(pictures):
        raise ShapeError("Every picture needs an id of its own; some ids repeat.")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"pixels-{uuid.uuid4().hex[:12]}.npy"
    ids: list[str] = []
    refused: dict[str, str] = {}
    try:
        array = np.lib.format.open_memmap(
            folder / name, mode="w+", dtype=np.uint8, shape=(max(1, len(pictures)), size, size, 3)
        )
        for key, outcome in _decoded(pictures, size, fit, threads, limits or Limits()):
            if isinstance(outcome, ImageError):
                refused[key] = str(outcome)
            else:
                array[len(ids)] = outcome
                ids.append(key)
        if not ids:
            reason = next(iter(refused.values()), "there were none")
            raise DataError(f"None of the {len(pictures)} pictures can be used: {reason}")
        array.flush()
        del array
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise
    header = {"format": FORMAT, "pixels": name, "fit": fit, "ids": ids}
    partial = folder / f"{HEADER}.{name}.partial"
    partial.write_text(json.dumps(header, ensure_ascii=False), encoding="utf-8")
    partial.replace(folder / HEADER)
    for old in folder.glob("pixels-*.npy"):
        if old.name != name:
            old.unlink()
    return Written(len(ids), refused)


def open_pixels(folder: Path) -> PixelStore:
    """Open what `write_pixels` wrote. Raises DataError if it is missing, damaged or foreign."""
    try:
        header = json.loads((folder / HEADER).read_text(encoding="utf-8"))
        if header["format"] != FORMAT:
            raise DataError(f"{folder} has format {header['format']}, this code reads {FORMAT}.")
        pixels = np.load(folder / Path(header["pixels"]).name, mmap_mode="r", allow_pickle=False)
        ids = tuple(str(key) for key in header["ids"])
        fit = header["fit"]
    except (OSError, EOFError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"Cannot read the pictures in {folder}: {error}") from error
    if pixels.ndim != 4 or len(pixels) < len(ids) or pixels.dtype != np.uint8:
        raise DataError(f"The pictures in {folder} are damaged: ids and pixels do not fit.")
    return PixelStore(ids, pixels[: len(ids)], fit)


def squared(image: Image.Image, size: int, fit: Fit) -> Pixels:
    """(size, size, 3) of an RGB picture."""
    if fit == "squash":
        return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))
    if fit == "crop":
        return centre_crop(image, size, resize_to=size, interpolation="bicubic")
    return fit_padded(image, size)


def _decoded(
    pictures: Sequence[tuple[str, Path]], size: int, fit: Fit, threads: int | None, limits: Limits
) -> Iterator[tuple[str, Pixels | ImageError]]:
    """Every id once, in order; threads run a bounded number of pictures ahead."""

    def decode(path: Path) -> Pixels | ImageError:
        try:
            return squared(open_image(path, limits=limits, at_least=size).pixels, size, fit)
        except ImageError as error:
            return error
        except OSError as error:
            return ImageError(f"The file {path} cannot be read: {error.strerror or error}.")

    count = min(16, len(os.sched_getaffinity(0))) if threads is None else max(1, threads)
    pool = ThreadPoolExecutor(count, thread_name_prefix="decode")
    waiting: deque[tuple[str, Future[Pixels | ImageError]]] = deque()
    rest = iter(pictures)
    try:
        while True:
            for key, path in islice(rest, count * _AHEAD - len(waiting)):
                waiting.append((key, pool.submit(decode, path)))
            if not waiting:
                return
            key, future = waiting.popleft()
            yield key, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
