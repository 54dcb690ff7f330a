"""Features that need no weights: texture, attractiveness and colour, alone or side by side.

They say less than a trained network, and what they say can be seen: neighbours share colours,
light and brushwork.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from artrec.features import attractiveness, colour, lbp
from artrec.features.extractor import Array, Family, Features

if TYPE_CHECKING:
    from PIL.Image import Image

# Texture is only comparable at one scale, so every picture is brought to this long side.
LONG_SIDE: Final = 256
_SHORTEST: Final = 4  # the least any family can work on
_CELLS_SEEN: Final = 3
"""Cells on a side of the window that describes one of them."""


@dataclass(frozen=True, slots=True)
class HandmadeFamily:
    """One group of weight-free features: (H, W, 3) uint8 -> (dim,) float32."""

    name: str
    dim: int
    compute: Callable[[NDArray[np.uint8]], NDArray[np.float32]]


FAMILIES: Final = MappingProxyType(
    {
        family.name: family
        for family in (
            HandmadeFamily("lbp", lbp.BINS, lbp.lbp_histogram),
            HandmadeFamily(
                "attractiveness", len(attractiveness.METRICS), attractiveness.attractiveness
            ),
            HandmadeFamily("colour", colour.DIM, colour.colour_features),
        )
    }
)

HANDMADE_NAMES: Final = (*FAMILIES, "handmade")
"""What can be had without weights: each family alone, and all of them together."""


class HandmadeExtractor:
    """An `Extractor` over one or more weight-free families, written side by side.

    The families' raw scales differ; compare rows only through a fitted
    `artrec.serving.transform.Transform`, which gives each family the same say.
    """

    at_least = LONG_SIDE
    batch_size = 32

    def __init__(self, name: str, parts: Sequence[HandmadeFamily]) -> None:
        self.name = name
        ends = np.cumsum([part.dim for part in parts]).tolist()
        self.dim: int = ends[-1]
        self.families: tuple[Family, ...] = tuple(
            (part.name, end - part.dim, end) for part, end in zip(parts, ends, strict=True)
        )
        self._parts = tuple(parts)

    def prepare(self, image: Image) -> Array:
        """The whole computation, as it is per picture: RGB in, (D,) float32 out."""
        return self._describe(_at_one_scale(image))

    def cells(self, image: Image, *, long_side: int = 16) -> Features:
        """Features of windows over one whole picture, (H, W, D) float32, as they lie in it.

        The picture has the scale at which textures are compared and is divided into `long_side`
        cells along its longer side; a cell's window reaches over its neighbours, for textures need
        room, and is moved inwards at the edges.
        """
        rgb = _at_one_scale(image)
        cell = LONG_SIDE / long_side
        counts = [max(1, round(side / cell)) for side in rgb.shape[:2]]
        spans = [
            _windows(side, count, round(_CELLS_SEEN * cell))
            for side, count in zip(rgb.shape[:2], counts, strict=True)
        ]
        rows = [self._describe(rgb[down, across]) for down in spans[0] for across in spans[1]]
        return np.array(rows, np.float32).reshape(*counts, self.dim)

    def _describe(self, rgb: NDArray[np.uint8]) -> Features:
        """(H, W, 3), all of one scale -> (D,)."""
        return np.concatenate([part.compute(rgb) for part in self._parts])

    def extract(self, prepared: Sequence[Array]) -> Features:
        """Stack N prepared rows, (N, D) float32."""
        return np.array(prepared, np.float32).reshape(-1, self.dim)


def _at_one_scale(image: Image) -> NDArray[np.uint8]:
    scale = LONG_SIDE / max(image.size)
    width, height = (max(_SHORTEST, round(side * scale)) for side in image.size)
    return np.asarray(image.resize((width, height), reducing_gap=3.0), np.uint8)


def _windows(side: int, count: int, length: int) -> list[slice]:
    """`count` windows of `length` pixels, centred on equal cells of a side where the edges let
    them."""
    length = min(length, side)
    centres = (np.arange(count) + 0.5) * side / count
    starts = np.clip(np.rint(centres - length / 2), 0, side - length).astype(int).tolist()
    return [slice(start, start + length) for start in starts]


def handmade_extractor(name: str = "handmade") -> HandmadeExtractor:
    """The extractor of one family by its name, or of all of them as "handmade"."""
    parts = tuple(FAMILIES.values()) if name == "handmade" else (FAMILIES[name],)
    return HandmadeExtractor(name, parts)
