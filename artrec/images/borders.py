"""Even borders round a picture: the margins of scans, mounts and prints."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LOOKED_AT: Final = 1000
"""Pixels of the longer side that are looked at, about; a large scan would fill the memory."""
MOST: Final = 0.25
"""Share of a side that is taken for border, at most; more is the work's own ground."""
EVEN: Final = 16
"""Levels of 255 by which a pixel of a border may miss its colour."""
LOOSE: Final = 0.02
"""Share of a line's pixels that may miss it all the same, as JPEG leaves them."""
EDGE: Final = 32
"""Levels by which half of a line must miss it at least, where the picture begins."""
BLUR: Final = 10
"""Lines in which that must happen: JPEG troubles a block of 8; a sky that fades takes longer."""


def without_border(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, in pixels, of what a border of one colour leaves of `image`
    (RGB); all of it where there is none on all four sides, or where nothing would be left."""
    step = max(1, max(image.size) // LOOKED_AT)
    size = (max(1, image.width // step), max(1, image.height // step))
    pixels = np.asarray(image.resize(size, Image.Resampling.NEAREST), np.int16)
    outermost = np.concatenate((pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))
    misses = np.abs(pixels - np.median(outermost, axis=0)).max(2)
    top, bottom = _border(misses), _border(misses[::-1])
    inner = misses[top : max(top, len(misses) - bottom)].T
    if not (top and bottom and inner.size):
        return 0, 0, *image.size
    left, right = _border(inner), _border(inner[::-1])
    if not (left and right) or left + right >= len(inner):
        return 0, 0, *image.size
    return left * step, top * step, image.width - right * step, image.height - bottom * step


def _border(misses: NDArray[Any]) -> int:
    """Lines from the first on that are even, and those of an edge behind them; 0 where there is
    none. `misses` is (L, W)."""
    even = (misses > EVEN).mean(1) <= LOOSE
    count = len(even) if even.all() else int(np.argmin(even))
    if not 0 < count <= MOST * len(misses):
        return 0
    edge = np.median(misses[count : count + BLUR], axis=1) >= EDGE
    # The line after the edge may still be blurred.
    return count + int(np.argmax(edge)) + 1 if edge.any() else 0
