"""Pictures of any shape to the square arrays that networks take."""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from artrec.errors import ShapeError

Interpolation = Literal["bilinear", "bicubic", "lanczos"]

IMAGENET_MEAN: Final = (124, 116, 104)
"""ImageNet's mean colour: padding with it is zero after normalisation, so it excites nothing."""

_RESAMPLING: Final[dict[str, Image.Resampling]] = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def centre_crop(
    image: Image.Image, size: int, *, resize_to: int, interpolation: Interpolation = "bilinear"
) -> npt.NDArray[np.uint8]:
    """The middle square, (size, size, 3): shorter side to `resize_to`, then cut.

    The same pixels as torchvision's Resize(resize_to), CenterCrop(size), as the papers did; what
    lies outside the middle is lost. Raises ShapeError if `size` is larger than `resize_to`.
    """
    if size > resize_to:
        raise ShapeError(f"Cannot cut {size} pixels from a picture resized to {resize_to}.")
    resized = _shorter_side_to(image, resize_to, interpolation)
    left = round((resized.width - size) / 2)
    top = round((resized.height - size) / 2)
    return np.asarray(resized.crop((left, top, left + size, top + size)))


def fit_padded(
    image: Image.Image,
    size: int,
    interpolation: Interpolation = "bicubic",
    *,
    fill: tuple[int, int, int] = IMAGENET_MEAN,
) -> npt.NDArray[np.uint8]:
    """The whole picture, ratio kept, centred on a (size, size, 3) ground of `fill`.

    Pass the network's own mean colour, scaled to 0..255, as `fill`.
    """
    scale = size / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    resized = _resize(image, width, height, interpolation)
    canvas = Image.new("RGB", (size, size), fill)
    canvas.paste(resized, ((size - width) // 2, (size - height) // 2))
    return np.asarray(canvas)


def stretched(
    image: Image.Image, width: int, height: int, interpolation: Interpolation = "bicubic"
) -> npt.NDArray[np.uint8]:
    """The whole picture in a given size, (height, width, 3), whatever that does to its ratio."""
    return np.asarray(_resize(image, width, height, interpolation))


def multi_crop(
    image: Image.Image, size: int, interpolation: Interpolation = "bicubic"
) -> npt.NDArray[np.uint8]:
    """Squares that together cover the whole picture, (C, size, size, 3).

    The shorter side becomes `size`; along the longer one C = ceil(longer / shorter) squares are
    spread evenly from edge to edge, overlapping as little as covering allows. A square picture
    gives 1, a 4:3 one 2, a 20:1 scroll 20; left to right or top to bottom. No pixel is left out,
    so the mean of the squares' features is a feature of the whole picture.
    """
    resized = np.asarray(_shorter_side_to(image, size, interpolation))
    longer = max(resized.shape[:2])
    starts = np.rint(np.linspace(0, longer - size, math.ceil(longer / size))).astype(int)
    if resized.shape[0] > resized.shape[1]:
        return np.stack([resized[start : start + size] for start in starts])
    return np.stack([resized[:, start : start + size] for start in starts])


def _shorter_side_to(image: Image.Image, side: int, interpolation: Interpolation) -> Image.Image:
    # The longer side is cut off, not rounded, as in torchvision.
    width, height = image.size
    if width <= height:
        return _resize(image, side, side * height // width, interpolation)
    return _resize(image, side * width // height, side, interpolation)


def _resize(
    image: Image.Image, width: int, height: int, interpolation: Interpolation
) -> Image.Image:
    if (width, height) == image.size:
        return image
    return image.resize((width, height), _RESAMPLING[interpolation])
