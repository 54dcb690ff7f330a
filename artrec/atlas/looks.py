"""What can be said of a picture from a tiny copy of it: dark or light, and where; warm, muted.

In units of CIELAB. Words are for the quarter of a collection that has most or least of something,
and only where the eye would say so of one picture by itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from artrec.images.palette import to_lab

Floats = NDArray[np.float32]

MEASURES: Final = 8
_WARM: Final = np.deg2rad(60.0)
"""The hue of an orange, the warmest."""
_MIDDLE, _EDGE = 0.6, 0.8
"""Parts of the way from the middle of a picture to its edge."""
_SOME: Final = 0.25
"""Share of a collection of which a word may be said."""
_LOW: Final = (
    *(("tone", 0, 42, "dark"), ("character", 1, 10, "muted"), ("character", 2, 5, "cool")),
    *(("character", 3, 4, "monochrome"), ("character", 4, 5, "black-and-white")),
    *(("ground", 5, -9, "on a light ground"), ("light", 6, -9, "light below")),
    ("light", 7, -5, "blue above"),
)
"""Facet, measure, and the value up to which the word may be said."""
_HIGH: Final = (
    *(("tone", 0, 62, "light"), ("character", 1, 24, "vivid"), ("character", 2, 19, "warm")),
    *(("character", 3, 12, "many-coloured"), ("ground", 5, 10, "on a dark ground")),
    ("light", 6, 12, "light above"),
)


def measured(picture: NDArray[np.uint8]) -> Floats:
    """Measures (8,) of a picture (H, W, 3) in sRGB: lightness, chroma, warmth, how far its hues lie
    apart, the chroma that nine tenths of it stay below, how much lighter its middle is than its
    edge and its upper third than its lower, and how yellow the upper third is.
    """
    lab = to_lab(picture)
    height, width = lab.shape[:2]
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    rows, columns = np.ogrid[:height, :width]
    out = np.maximum(abs(2 * rows + 1 - height) / height, abs(2 * columns + 1 - width) / width)
    middle, edge = light[out <= max(_MIDDLE, out.min())], light[out >= min(_EDGE, out.max())]
    third = -(-height // 3)
    upper, lower = lab[:third], lab[-third:]
    measures = (
        light.mean(),
        chroma.mean(),
        np.cos(_WARM) * lab[..., 1].mean() + np.sin(_WARM) * lab[..., 2].mean(),
        np.sqrt(lab[..., 1].var() + lab[..., 2].var()),
        np.quantile(chroma, 0.9),
        middle.mean() - edge.mean(),
        upper[..., 0].mean() - lower[..., 0].mean(),
        upper[..., 2].mean(),
    )
    return np.array(measures, dtype=np.float32)


def looks(measures: Floats) -> dict[str, list[tuple[str, ...]]]:
    """By facet, what is said of each of N works with measures (N, 8), NaN where not known."""
    known = measures[np.isfinite(measures).all(axis=1)]
    said: dict[str, list[tuple[str, ...]]] = {
        facet: [()] * len(measures) for facet in ("tone", "character", "ground", "light")
    }
    if not len(known):
        return said
    for words, share, sign in ((_LOW, _SOME, 1), (_HIGH, 1 - _SOME, -1)):
        for facet, which, bound, word in words:
            quantile = float(np.quantile(known[:, which], share))
            limit = min(bound, quantile) if sign > 0 else max(bound, quantile)
            for row in np.flatnonzero(sign * measures[:, which] <= sign * limit):
                said[facet][row] += (word,)
    return said
