"""Files in, feature rows out: decoding runs beside the forward pass."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ImageError
from artrec.features.extractor import Array, Extractor
from artrec.images import Limits, open_image

Outcome = NDArray[np.float32] | ImageError


def extract_files(
    sources: Iterable[Path | bytes],
    extractor: Extractor,
    *,
    batch: int | None = None,
    threads: int | None = None,
    limits: Limits | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Extract features of many pictures; a bad one costs only itself.

    Threads open and prepare pictures while the caller's thread runs the network, at most two
    batches ahead, so memory stays bounded however long `sources` is. It is read lazily.

    Args:
        sources: Paths, or the bytes of picture files.
        extractor: Used from the caller's thread only, except its `prepare`.
        batch: Pictures per forward pass; None for what suits the extractor's device.
        threads: Decoding threads; None for one per core, at most 16.
        limits: What is refused; None for the library's usual limits.

    Yields:
        The position in `sources` and its row, (D,) float32, or the error that says why there is
        none. Every position comes once and, within a batch, errors come before rows.

    Raises:
        ValueError: If `batch` or `threads` is below 1.
    """
    batch = extractor.batch_size if batch is None else batch
    threads = min(16, len(os.sched_getaffinity(0))) if threads is None else threads
    if batch < 1 or threads < 1:
        raise ValueError(f"batch and threads must be at least 1, got {batch} and {threads}")
    limits = limits or Limits()

    def prepare(source: Path | bytes) -> Array | ImageError:
        try:
            opened = open_image(source, limits=limits, at_least=extractor.at_least)
            return extractor.prepare(opened.pixels)
        except ImageError as error:
            return error
        except OSError as error:
            return ImageError(f"The file {source!s} cannot be read: {error.strerror or error}.")

    waiting: deque[Future[Array | ImageError]] = deque()
    rest = iter(sources)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")
    try:
        position = 0
        while True:
            ahead = 2 * batch + threads - len(waiting)
            waiting.extend(pool.submit(prepare, source) for source in islice(rest, ahead))
            if not waiting:
                return
            positions: list[int] = []
            prepared: list[Array] = []
            while waiting and len(prepared) < batch:
                outcome = waiting.popleft().result()
                waiting.extend(pool.submit(prepare, source) for source in islice(rest, 1))
                if isinstance(outcome, ImageError):
                    yield position, outcome
                else:
                    positions.append(position)
                    prepared.append(outcome)
                position += 1
            if prepared:
                yield from zip(positions, extractor.extract(prepared), strict=True)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
