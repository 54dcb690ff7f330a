"""What every feature extractor offers, learned or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Array = NDArray[Any]
Features = NDArray[np.float32]
Crop = Literal["centre", "pad", "multi"]
Family = tuple[str, int, int]
"""Name, first column, one past the last column."""


class Extractor(Protocol):
    """Turns opened pictures into feature rows, in a cheap and a costly step.

    `prepare` is the per-picture part and is safe to call from many threads at once; `extract`
    is the batched part and is called from one thread.
    """

    @property
    def name(self) -> str:
        """Stable name stored beside every vector, e.g. "resnet50/pad"."""

    @property
    def dim(self) -> int:
        """Length of a feature row, D."""

    @property
    def families(self) -> tuple[Family, ...]:
        """Groups of columns that mean one thing; together they cover 0..D."""

    @property
    def at_least(self) -> int:
        """Pixels of the short side below which decoding smaller would lose something."""

    @property
    def batch_size(self) -> int:
        """Pictures per `extract` call that suit the device."""

    def prepare(self, image: Image) -> Array:
        """Make one picture ready: an RGB image in, an array for `extract` out."""

    def extract(self, prepared: Sequence[Array]) -> Features:
        """Features of N prepared pictures, (N, D) float32."""
